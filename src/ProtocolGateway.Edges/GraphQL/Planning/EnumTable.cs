using System.Text;
using ProtocolGateway.Contracts.Model;
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
        var values = type.Values.Select(v => (toJson[v.Name], JsonEscapes.Quote(v.Name)));
        // A backend may write the number that the contract gives a value.
        if (type.Source is EnumType)
            values = values.Concat(type.Values.DistinctBy(static v => v.Number).Select(static v => (Encoding.UTF8.GetBytes(v.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)), JsonEscapes.Quote(v.Name))));
        return new([.. values], toJson);
    }

    /// <summary>The quoted GraphQL name of a JSON value; empty where it has none.</summary>
    public ReadOnlySpan<byte> ToGraph(ReadOnlySpan<byte> json)
    {
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
