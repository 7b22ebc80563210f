using System.Globalization;
using Microsoft.OpenApi;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>Scalars of a schema: type and format to a kind, and the limits.</summary>
internal static class ScalarReader
{
    /// <summary>The value that the contract says nothing of.</summary>
    public static ScalarType AnyJson { get; } = new(ScalarKind.Json);

    /// <summary>A JSON value of a schema with its words kept.</summary>
    public static ScalarType Json(IOpenApiSchema schema) =>
        string.IsNullOrEmpty(schema.Description) && !schema.Deprecated
            ? AnyJson
            : new ScalarType(ScalarKind.Json) { Documentation = schema.Description ?? "", Deprecated = schema.Deprecated };

    /// <summary>The scalar of one JSON type; <paramref name="type"/> is a single flag.</summary>
    public static ScalarType Read(IOpenApiSchema schema, JsonSchemaType type) => new(Kind(type, schema.Format))
    {
        Format = string.IsNullOrEmpty(schema.Format) ? null : schema.Format,
        Limits = Limits(schema, type),
        Documentation = schema.Description ?? "",
        Deprecated = schema.Deprecated,
    };

    private static ScalarKind Kind(JsonSchemaType type, string? format) => type switch
    {
        JsonSchemaType.Boolean => ScalarKind.Bool,
        JsonSchemaType.Integer => format switch
        {
            "int32" or "int16" or "int8" or "uint8" or "uint16" => ScalarKind.Int32,
            "uint32" => ScalarKind.UInt32,
            "uint64" => ScalarKind.UInt64,
            _ => ScalarKind.Int64,
        },
        JsonSchemaType.Number => format switch
        {
            "float" => ScalarKind.Float,
            // Some generators write integers this way.
            "int32" => ScalarKind.Int32,
            "int64" => ScalarKind.Int64,
            _ => ScalarKind.Double,
        },
        JsonSchemaType.String => format is "byte" or "binary" ? ScalarKind.Bytes : ScalarKind.String,
        _ => ScalarKind.Json,
    };

    private static ScalarLimits? Limits(IOpenApiSchema schema, JsonSchemaType type)
    {
        if (type == JsonSchemaType.String)
        {
            return schema.MinLength is null && schema.MaxLength is null && schema.Pattern is null
                ? null
                : new ScalarLimits { MinLength = schema.MinLength, MaxLength = schema.MaxLength, Pattern = schema.Pattern };
        }

        if (type is not (JsonSchemaType.Integer or JsonSchemaType.Number))
            return null;
        // 3.1 writes the exclusive limit as a number of its own; the stricter of the two holds.
        var minimum = Number(schema.Minimum);
        var maximum = Number(schema.Maximum);
        var above = Number(schema.ExclusiveMinimum);
        var below = Number(schema.ExclusiveMaximum);
        if (minimum is null && maximum is null && above is null && below is null)
            return null;
        var exclusiveMinimum = above is not null && (minimum is null || above >= minimum);
        var exclusiveMaximum = below is not null && (maximum is null || below <= maximum);
        return new ScalarLimits
        {
            Minimum = exclusiveMinimum ? above : minimum,
            Maximum = exclusiveMaximum ? below : maximum,
            ExclusiveMinimum = exclusiveMinimum,
            ExclusiveMaximum = exclusiveMaximum,
        };
    }

    // A limit beyond decimal's range limits nothing that the kinds can hold.
    private static decimal? Number(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
