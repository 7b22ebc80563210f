using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>The names of an enum, in the contract's JSON and in GraphQL, both ways.</summary>
internal sealed class EnumTable
{
    private readonly (byte[] Json, byte[] Graph)[] _values;
    private readonly Dictionary<string, byte[]> _toJson;

    private EnumTable((byte[] Json, byte[] Graph)[] values, Dictionary<string, byte[]> toJson) => (_values, _toJson) = (values, toJson);

    /// <summary>The table of an enum type.</summary>
    public static EnumTable Of(GraphType type)
    {
        var toJson = type.Values.ToDictionary(static v => v.Name, static v => JsonEscapes.Quote(v.JsonName), StringComparer.Ordinal);
        // Numbers never come: answers of gRPC are written by our own codec, which writes names, and OpenAPI has no numbers for an enum's texts.
        return new([.. type.Values.Select(v => (toJson[v.Name], JsonEscapes.Quote(v.Name)))], toJson);
    }

    /// <summary>The quoted GraphQL name of a JSON value; empty where it has none.</summary>
    public ReadOnlySpan<byte> ToGraph(ReadOnlySpan<byte> json)
    {
        // Many encoders escape more than they must: "\/" in PHP, "\u002B" in .NET.
        if (json.Contains((byte)'\\'))
            json = JsonEscapes.Quote(JsonEscapes.ToText(json[1..^1]));
        foreach (var (known, graph) in _values)
        {
            if (json.SequenceEqual(known))
                return graph;
        }

        return default;
    }

    /// <summary>The quoted JSON value of a GraphQL name; null where it is none of the enum's.</summary>
    public byte[]? ToJson(string name) => _toJson.GetValueOrDefault(name);
}
