using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>
/// Two facts that the library drops while reading, kept as extensions: <c>nullable</c> of a 3.0 schema that gives no type of its own, and that a
/// list parameter of Swagger 2 is written as one value unless its collectionFormat is multi.
/// </summary>
internal static class DocumentMarks
{
    // Also what Swagger 2 documents write by custom, having no nullable of their own.
    private const string Nullable = "x-nullable";
    private const string OneValue = "x-gateway-one-value";

    /// <summary>Sets the marks, and writes out schemas that the library does not read (see <see cref="BareSchemas"/>); iterative.</summary>
    public static void Set(JsonNode root)
    {
        var swagger2 = root is JsonObject document && document.ContainsKey("swagger");
        // The names within a map of schemas are properties' names, and mean nothing.
        var stack = new Stack<(JsonNode Node, bool IsSchemaMap)>();
        stack.Push((root, false));
        while (stack.TryPop(out var next))
        {
            if (next.Node is JsonArray array)
            {
                foreach (var item in array)
                {
                    if (item is JsonObject or JsonArray)
                        stack.Push((item, false));
                }
            }
            else if (next.Node is JsonObject item)
            {
                BareSchemas.WriteOut(item, next.IsSchemaMap);
                foreach (var (name, value) in item)
                {
                    if (value is JsonObject or JsonArray)
                        stack.Push((value, !next.IsSchemaMap && BareSchemas.IsMap(name)));
                }

                Mark(item, swagger2);
            }
        }
    }

    /// <summary>The schema is nullable beside whatever its type says.</summary>
    public static bool IsNullable(IOpenApiSchema schema) => IsSet(schema.Extensions, Nullable);

    /// <summary>The list of a Swagger 2 parameter is one value.</summary>
    public static bool IsOneValue(IOpenApiParameter parameter) => IsSet(parameter.Extensions, OneValue);

    private static void Mark(JsonObject item, bool swagger2)
    {
        if (item["nullable"] is JsonValue nullable && nullable.GetValueKind() == JsonValueKind.True && !item.ContainsKey("type"))
            item[Nullable] = true;
        if (swagger2 && item["in"] is JsonValue && item["type"] is JsonValue type && Is(type, "array") && !Is(item["collectionFormat"], "multi"))
            item[OneValue] = true;
    }

    private static bool IsSet(IDictionary<string, IOpenApiExtension>? extensions, string name) =>
        extensions is not null && extensions.TryGetValue(name, out var extension)
        && extension is JsonNodeExtension { Node: JsonValue value } && value.GetValueKind() == JsonValueKind.True;

    private static bool Is(JsonNode? node, string text) => node is JsonValue value && value.TryGetValue<string>(out var found) && found == text;
}
