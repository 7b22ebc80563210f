using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>
/// Schemas that are true or false (JSON Schema 2020-12, section 4.3.2), or that are not there, as <c>name:</c> with nothing behind it in YAML. The library
/// reads them as null and fails on the whole document for it; they are written out as the objects of the same meaning.
/// </summary>
internal static class BareSchemas
{
    /// <summary>The value of that keyword is a map of schemas.</summary>
    public static bool IsMap(string keyword) => keyword is "properties" or "patternProperties" or "$defs" or "definitions" or "dependentSchemas" or "schemas";

    /// <summary>Replaces those among an object's members.</summary>
    /// <param name="item">Any object of a document.</param>
    /// <param name="isMap">It is a map of schemas.</param>
    public static void WriteOut(JsonObject item, bool isMap)
    {
        List<string>? bare = null;
        foreach (var (name, value) in item)
        {
            if (IsBare(value) && (isMap || IsSchema(name)))
                (bare ??= []).Add(name);
            else if (!isMap && value is JsonArray list && name is "allOf" or "anyOf" or "oneOf" or "prefixItems")
                WriteOut(list);
        }

        foreach (var name in bare ?? [])
            item[name] = Written(item[name]);
    }

    private static void WriteOut(JsonArray list)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (IsBare(list[i]))
                list[i] = Written(list[i]);
        }
    }

    private static bool IsSchema(string keyword) => keyword is "items" or "not" or "schema" or "contains" or "propertyNames" or "if" or "then" or "else";

    // What has nothing behind it in YAML comes as an empty text.
    private static bool IsBare(JsonNode? node) =>
        node is null || (node is JsonValue value && (value.IsJsonNullSentinel() || value.GetValueKind() switch
        {
            JsonValueKind.True or JsonValueKind.False => true,
            JsonValueKind.String => value.GetValue<string>().Length == 0,
            _ => false,
        }));

    private static JsonObject Written(JsonNode? bare) =>
        bare is JsonValue value && !value.IsJsonNullSentinel() && value.GetValueKind() == JsonValueKind.False ? new() { ["not"] = new JsonObject() } : [];
}
