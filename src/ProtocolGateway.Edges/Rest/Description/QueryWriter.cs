using System.Text.Json;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Description;

/// <summary>The query parameters of a gRPC operation: every field that neither the path nor the body binds.</summary>
internal sealed class QueryWriter(Utf8JsonWriter json, SchemaWriter schemas)
{
    // Nested names work at any depth; deeper ones are rarely sent, and their number grows with each level.
    private const int MaxDepth = 4;
    private const int MaxParameters = 200;

    /// <summary>Writes them.</summary>
    public void Write(DescribedRoute route)
    {
        var bound = new HashSet<string>(route.Variables.Select(v => v.FieldPath), StringComparer.Ordinal);
        if (route.Rule.Body.Length > 0)
            bound.Add(route.Rule.Body);
        var left = MaxParameters;
        Fields(route.Operation.Input, "", "", bound, [], ref left);
    }

    private void Fields(MessageType message, string names, string jsonNames, HashSet<string> bound, List<MessageType> outer, ref int left)
    {
        if (outer.Count >= MaxDepth || outer.Contains(message))
            return;
        outer.Add(message);
        foreach (var field in message.Fields)
        {
            var path = names + field.Name;
            if (field.IsExtension || bound.Contains(path) || bound.Contains(jsonNames + field.JsonName))
                continue;
            if (field.Type is MessageType { WellKnown: WellKnown.None } nested)
                Fields(nested, path + ".", jsonNames + field.JsonName + ".", bound, outer, ref left);
            else if (IsQueryType(field.Type) && left-- > 0)
                Parameter(field, jsonNames + field.JsonName);
        }

        outer.RemoveAt(outer.Count - 1);
    }

    private void Parameter(Field field, string name)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("in", "query");
        if (field.Presence == Presence.Required)
            json.WriteBoolean("required", true);
        schemas.Words(field.Documentation, field.Deprecated);
        if (field.Type is MapType)
        {
            json.WriteString("style", "deepObject");
            json.WriteBoolean("explode", true);
        }

        json.WritePropertyName("schema");
        schemas.Write(field.Type, proto: true);
        json.WriteEndObject();
    }

    private static bool IsQueryType(DataType type) => type switch
    {
        ListType list => IsSingle(list.Element),
        MapType map => IsSingle(map.Value),
        _ => IsSingle(type),
    };

    private static bool IsSingle(DataType type) => type switch
    {
        ScalarType or EnumType => true,
        MessageType message => message.WellKnown is WellKnown.Timestamp or WellKnown.Duration or WellKnown.FieldMask or WellKnown.Wrapper,
        _ => false,
    };
}
