using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProtocolGateway.Config;

/// <summary>Writes the JSON Schema (2020-12) of the configuration from the option records.</summary>
public static class ConfigSchema
{
    // Relaxed: the file is for people and editors, and never stands in HTML.
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema, indented, with a line end at the end.</summary>
    public static string Write()
    {
        var definitions = new JsonObject();
        var root = Describe(typeof(GatewayConfig), definitions);
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "ProtocolGateway configuration",
        };
        foreach (var (key, value) in root.ToArray())
        {
            root.Remove(key);
            schema[key] = value;
        }

        schema["$defs"] = definitions;
        return schema.ToJsonString(Layout) + "\n";
    }

    private static JsonObject Describe(Type type, JsonObject definitions)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in ConfigShape.Of(type))
        {
            var value = Value(property.Type, property.Info, definitions);
            if (property.Description.Length > 0)
                value["description"] = property.Description;
            properties[property.Key] = value;
            if (property.Required)
                required.Add(property.Key);
        }

        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (required.Count > 0)
            schema["required"] = required;
        return schema;
    }

    private static JsonObject Value(Type type, PropertyInfo info, JsonObject definitions)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var element = type.GetGenericArguments()[0];
            var list = new JsonObject { ["type"] = "array", ["items"] = Value(element, info, definitions) };
            return element == typeof(string) ? new JsonObject { ["anyOf"] = new JsonArray(Value(element, info, definitions), list) } : list;
        }

        if (type.IsGenericType)
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(type.GetGenericArguments()[1], info, definitions) };
        if (ConfigShape.IsObject(type))
        {
            var reference = Reference(type, definitions);
            return info.GetCustomAttribute<ShortFormAttribute>() is { } form
                ? new JsonObject { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "boolean" }, Scalar(typeof(string), type.GetProperty(form.TextKey)!), reference) }
                : reference;
        }

        return Scalar(type, info);
    }

    private static JsonObject Reference(Type type, JsonObject definitions)
    {
        var name = ConfigShape.ToKey(type.Name);
        if (!definitions.ContainsKey(name))
        {
            definitions[name] = new JsonObject();
            definitions[name] = Describe(type, definitions);
        }

        return new JsonObject { ["$ref"] = "#/$defs/" + name };
    }

    private static JsonObject Scalar(Type type, PropertyInfo info)
    {
        if (type == typeof(bool))
            return new JsonObject { ["type"] = "boolean" };
        if (type == typeof(int))
        {
            var number = new JsonObject { ["type"] = "integer" };
            if (info.GetCustomAttribute<AtLeastAttribute>() is { } bound)
                number["minimum"] = bound.Minimum;
            return number;
        }

        if (type == typeof(long))
            return new JsonObject { ["type"] = new JsonArray("integer", "string"), ["minimum"] = 1, ["pattern"] = "^[0-9]+( ?[KMG]iB)?$" };
        if (type == typeof(TimeSpan))
            return new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]+([.][0-9]+)?(ms|s|m|h)$" };
        if (type.IsEnum)
            return new JsonObject { ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(n => (JsonNode)ConfigShape.ToKey(n))]) };
        return info.IsDefined(typeof(UrlAttribute))
            ? new JsonObject { ["type"] = "string", ["pattern"] = "^https?://" }
            : new JsonObject { ["type"] = "string" };
    }
}
