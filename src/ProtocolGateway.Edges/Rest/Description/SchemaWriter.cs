using System.Text;
using System.Text.Json;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Description;

/// <summary>Types as JSON Schema: protobuf's by their JSON mapping, OpenAPI's as they were written. Named ones are referenced, and written once as components.</summary>
internal sealed class SchemaWriter(Utf8JsonWriter json)
{
    private readonly Dictionary<DataType, string> _names = [];
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal) { "Problem" };
    private readonly Queue<(DataType Type, bool Proto)> _pending = new();

    /// <summary>Writes a schema.</summary>
    /// <param name="type">The type; null is any JSON.</param>
    /// <param name="proto">It comes from protobuf, whose JSON writes 64-bit integers as strings.</param>
    /// <param name="nullable">Null is allowed too.</param>
    public void Write(DataType? type, bool proto, bool nullable = false)
    {
        if (nullable && type is not (null or ScalarType { Kind: ScalarKind.Json }))
        {
            json.WriteStartObject();
            json.WriteStartArray("anyOf");
            Write(type, proto);
            Typed("null", null);
            json.WriteEndArray();
            json.WriteEndObject();
            return;
        }

        switch (type)
        {
            case ScalarType scalar:
                json.WriteStartObject();
                Scalar(scalar, proto);
                json.WriteEndObject();
                break;
            case ListType list:
                json.WriteStartObject();
                json.WriteString("type", "array");
                json.WritePropertyName("items");
                Write(list.Element, proto, list.NullableElement);
                json.WriteEndObject();
                break;
            case MapType map:
                json.WriteStartObject();
                json.WriteString("type", "object");
                json.WritePropertyName("additionalProperties");
                Write(map.Value, proto, map.NullableValue);
                json.WriteEndObject();
                break;
            case MessageType message when message.WellKnown is not (WellKnown.None or WellKnown.HttpBody or WellKnown.Any):
                WellKnownSchema(message, proto);
                break;
            case MessageType or EnumType or UnionType:
                json.WriteStartObject();
                json.WriteString("$ref", "#/components/schemas/" + NameOf(type, proto));
                json.WriteEndObject();
                break;
            default:
                json.WriteStartObject();
                json.WriteEndObject();
                break;
        }
    }

    /// <summary>Writes all components that have been referenced, and those that they reference.</summary>
    public void WriteComponents()
    {
        while (_pending.TryDequeue(out var item))
        {
            json.WritePropertyName(_names[item.Type]);
            json.WriteStartObject();
            switch (item.Type)
            {
                case MessageType message:
                    Message(message, item.Proto);
                    break;
                case EnumType type:
                    json.WriteString("type", "string");
                    json.WriteStartArray("enum");
                    foreach (var name in type.Values.Select(v => v.Name).Distinct(StringComparer.Ordinal))
                        json.WriteStringValue(name);
                    json.WriteEndArray();
                    break;
                case UnionType union:
                    Union(union, item.Proto);
                    break;
                default:
                    break;
            }

            Words(item.Type.Documentation, item.Type.Deprecated);
            json.WriteEndObject();
        }
    }

    private void Message(MessageType message, bool proto)
    {
        json.WriteString("type", "object");
        if (message.WellKnown == WellKnown.Any)
        {
            json.WriteStartObject("properties");
            json.WritePropertyName("@type");
            Typed("string", null);
            json.WriteEndObject();
            return;
        }

        var required = false;
        json.WriteStartObject("properties");
        foreach (var field in message.Fields.DistinctBy(f => f.JsonName, StringComparer.Ordinal))
        {
            required |= field.Presence == Presence.Required;
            json.WritePropertyName(field.JsonName);
            Property(field, proto);
        }

        json.WriteEndObject();
        if (required)
        {
            json.WriteStartArray("required");
            foreach (var name in message.Fields.Where(f => f.Presence == Presence.Required).Select(f => f.JsonName).Distinct(StringComparer.Ordinal))
                json.WriteStringValue(name);
            json.WriteEndArray();
        }

        if (message.AdditionalProperties is { } additional)
        {
            json.WritePropertyName("additionalProperties");
            Write(additional, proto);
        }
    }

    // In 3.1 words may stand beside a reference.
    private void Property(Field field, bool proto)
    {
        var words = field.Oneof is null ? field.Documentation
            : (field.Documentation + $"\n\nAt most one of the fields of '{field.Oneof.Name}' is set.").TrimStart();
        if (words.Length == 0 && !field.Deprecated)
        {
            Write(field.Type, proto, field.Nullable);
            return;
        }

        json.WriteStartObject();
        json.WriteStartArray("allOf");
        Write(field.Type, proto, field.Nullable);
        json.WriteEndArray();
        Words(words, field.Deprecated);
        json.WriteEndObject();
    }

    private void Union(UnionType union, bool proto)
    {
        json.WriteStartArray("anyOf");
        foreach (var member in union.Members)
            Write(member, proto);
        json.WriteEndArray();
        if (union.Discriminator is null)
            return;
        json.WriteStartObject("discriminator");
        json.WriteString("propertyName", union.Discriminator);
        json.WriteStartObject("mapping");
        foreach (var (value, member) in union.Mapping.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            if (member is MessageType or UnionType or EnumType)
                json.WriteString(value, "#/components/schemas/" + NameOf(member, proto));
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WellKnownSchema(MessageType message, bool proto)
    {
        switch (message.WellKnown)
        {
            case WellKnown.Timestamp:
                Typed("string", "date-time");
                break;
            case WellKnown.Duration:
                Typed("string", "duration");
                break;
            case WellKnown.FieldMask:
                Typed("string", "field-mask");
                break;
            case WellKnown.Struct or WellKnown.Empty:
                Typed("object", null);
                break;
            case WellKnown.ListValue:
                json.WriteStartObject();
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case WellKnown.Wrapper when message.Fields.Count > 0:
                Write(message.Fields[0].Type, proto, nullable: true);
                break;
            default:
                json.WriteStartObject();
                json.WriteEndObject();
                break;
        }
    }

    private void Scalar(ScalarType scalar, bool proto)
    {
        var (type, format) = scalar.Kind switch
        {
            ScalarKind.Bool => ("boolean", null),
            ScalarKind.String => ("string", null),
            ScalarKind.Bytes => ("string", "byte"),
            ScalarKind.Double => ("number", "double"),
            ScalarKind.Float => ("number", "float"),
            ScalarKind.UInt32 or ScalarKind.Fixed32 => ("integer", "uint32"),
            ScalarKind.Int32 or ScalarKind.SInt32 or ScalarKind.SFixed32 => ("integer", "int32"),
            ScalarKind.UInt64 or ScalarKind.Fixed64 => (proto ? "string" : "integer", "uint64"),
            ScalarKind.Json => ((string?)null, (string?)null),
            _ => (proto ? "string" : "integer", "int64"),
        };
        if (type is not null)
            json.WriteString("type", type);
        if ((scalar.Format ?? format) is { } text)
            json.WriteString("format", text);
        if (scalar.Limits is not { } limits)
            return;
        if (limits.Minimum is { } minimum)
            json.WriteNumber(limits.ExclusiveMinimum ? "exclusiveMinimum" : "minimum", minimum);
        if (limits.Maximum is { } maximum)
            json.WriteNumber(limits.ExclusiveMaximum ? "exclusiveMaximum" : "maximum", maximum);
        if (limits.MinLength is { } shortest)
            json.WriteNumber("minLength", shortest);
        if (limits.MaxLength is { } longest)
            json.WriteNumber("maxLength", longest);
        if (limits.Pattern is { } pattern)
            json.WriteString("pattern", pattern);
    }

    /// <summary>A schema of a type and a format.</summary>
    public void Typed(string type, string? format)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        if (format is not null)
            json.WriteString("format", format);
        json.WriteEndObject();
    }

    /// <summary>Description and deprecation, where there are any.</summary>
    public void Words(string description, bool deprecated)
    {
        if (description.Length > 0)
            json.WriteString("description", description);
        if (deprecated)
            json.WriteBoolean("deprecated", true);
    }

    private string NameOf(DataType type, bool proto)
    {
        if (_names.TryGetValue(type, out var known))
            return known;
        var full = type switch { MessageType m => m.FullName, EnumType e => e.FullName, UnionType u => u.Name, _ => "" };
        // The components object allows these characters only (OpenAPI 3.1, section 4.8.7.1).
        var text = new StringBuilder(full.Length);
        foreach (var c in full)
            text.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_');
        var wanted = text.ToString();
        var name = wanted;
        for (var i = 2; !_taken.Add(name); i++)
            name = $"{wanted}_{i}";
        _names[type] = name;
        _pending.Enqueue((type, proto));
        return name;
    }
}
