using System.Globalization;
using System.Text.Json;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Defaults of OpenAPI parameters in GraphQL's literal syntax. One that its type does not allow is none.</summary>
internal static class DefaultText
{
    /// <summary>The literal; null where there is none.</summary>
    public static string? Of(string? json, GraphShape shape, EnumTypes enums)
    {
        if (json is null)
            return null;
        try
        {
            using var document = JsonDocument.Parse(json);
            return Literal(document.RootElement, shape, enums);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Literal(JsonElement value, GraphShape shape, EnumTypes enums) => (shape.Kind, value.ValueKind) switch
    {
        (ShapeKind.Enum, JsonValueKind.String) => enums.Of(shape.Entry!).Values.FirstOrDefault(v => v.JsonName == value.GetString())?.Name,
        (ShapeKind.List, JsonValueKind.Array) => List(value, shape.Element!, enums),
        (ShapeKind.Scalar, JsonValueKind.String) => shape.Scalar is GraphScalar.String ? SdlText.Quoted(value.GetString()!) : null,
        (ShapeKind.Scalar, JsonValueKind.True or JsonValueKind.False) => shape.Scalar is GraphScalar.Boolean ? value.GetRawText() : null,
        (ShapeKind.Scalar, JsonValueKind.Number) => Number(value, shape.Scalar),
        _ => null,
    };

    private static string? List(JsonElement value, GraphShape element, EnumTypes enums)
    {
        var items = value.EnumerateArray().Select(v => Literal(v, element, enums)).ToList();
        return items.Contains(null) ? null : "[" + string.Join(", ", items) + "]";
    }

    private static string? Number(JsonElement value, GraphScalar scalar) => scalar switch
    {
        GraphScalar.Int => value.TryGetInt32(out var number) ? number.ToString(CultureInfo.InvariantCulture) : null,
        GraphScalar.Int64 => value.TryGetInt64(out var number) ? number.ToString(CultureInfo.InvariantCulture) : null,
        GraphScalar.UInt64 => value.TryGetUInt64(out var number) ? number.ToString(CultureInfo.InvariantCulture) : null,
        GraphScalar.UInt32 => value.TryGetUInt32(out var number) ? number.ToString(CultureInfo.InvariantCulture) : null,
        // JSON's grammar of numbers is also GraphQL's.
        GraphScalar.Float or GraphScalar.Double => double.IsFinite(value.GetDouble()) ? value.GetRawText() : null,
        _ => null,
    };
}
