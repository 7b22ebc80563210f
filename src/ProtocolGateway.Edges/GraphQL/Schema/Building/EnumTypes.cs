using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Makes enum types. Their table of names goes both ways: each value has a name of its own.</summary>
internal sealed class EnumTypes(BuildContext context)
{
    private readonly Dictionary<string, GraphType> _types = new(StringComparer.Ordinal);

    /// <summary>All that were made.</summary>
    public IEnumerable<GraphType> All => _types.Values;

    /// <summary>The type of an enum.</summary>
    public GraphType Of(TypeEntry entry)
    {
        if (_types.TryGetValue(entry.Key, out var known))
            return known;
        var source = (EnumType)entry.Type;
        var type = new GraphType(context.TypeNames.OfOutput(entry), GraphKind.Enum) { Source = source, Description = Words.Of(source) };
        var prefix = context.Options.StripEnumPrefixes ? SharedPrefix(source.Values) : 0;
        var names = context.Names.Members().GiveMembers(entry.Key, [.. source.Values.Select(static v => v.Name)], name => NameText.EnumValue(name[prefix..]));
        type.Complete([.. source.Values.Select(v => new GraphEnumValue(names[v.Name], v.Name, v.Number) { Description = v.Documentation, Deprecation = Words.Deprecation(v.Deprecated) })]);
        _types[entry.Key] = type;
        return type;
    }

    // Up to the last underscore that all names share; a rest that begins with a digit would need the prefix back.
    private static int SharedPrefix(IReadOnlyList<EnumValue> values)
    {
        if (values.Count < 2)
            return 0;
        var shared = values[0].Name.Length;
        foreach (var value in values)
            shared = Math.Min(shared, value.Name.AsSpan().CommonPrefixLength(values[0].Name.AsSpan(0, shared)));
        for (var length = shared; length > 0; length--)
        {
            if (values[0].Name[length - 1] == '_' && values.All(v => NameText.IsValid(v.Name[length..]) && NameText.EnumValue(v.Name[length..]) == v.Name[length..]))
                return length;
        }

        return 0;
    }
}
