namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Makes the types of maps' entries, one for each pair of key and value types.</summary>
internal sealed class MapEntries(BuildContext context)
{
    private readonly Dictionary<string, GraphType> _types = new(StringComparer.Ordinal);

    /// <summary>All that were made.</summary>
    public IEnumerable<GraphType> All => _types.Values;

    /// <summary>The entry of answers.</summary>
    public GraphType Output(GraphScalar key, GraphTypeRef value)
    {
        var id = $"{GraphScalars.NameOf(key)}:{value}";
        if (_types.TryGetValue(id, out var known))
            return known;
        var type = new GraphType(context.TypeNames.OfMade("map", id, NameOf(key, value) + "Entry"), GraphKind.Object) { IsMapEntry = true, Description = "One entry of a map." };
        type.Complete(
        [
            new GraphField { Name = "key", JsonName = "key", Type = KeyType(key), Source = GraphSource.Property },
            new GraphField { Name = "value", JsonName = "value", Type = value, Source = GraphSource.Property },
        ]);
        return _types[id] = type;
    }

    /// <summary>The entry of arguments.</summary>
    public GraphType Input(GraphScalar key, GraphTypeRef value)
    {
        var id = $"{GraphScalars.NameOf(key)}:{value} input";
        if (_types.TryGetValue(id, out var known))
            return known;
        var type = new GraphType(context.TypeNames.OfMade("map", id, NameOf(key, value) + "EntryInput"), GraphKind.Input) { IsMapEntry = true, Description = "One entry of a map." };
        type.Complete(
        [
            new GraphInputValue { Name = "key", JsonName = "key", Type = KeyType(key) },
            new GraphInputValue { Name = "value", JsonName = "value", Type = value },
        ]);
        return _types[id] = type;
    }

    private GraphTypeRef KeyType(GraphScalar key) => GraphTypeRef.Of(context.Scalar(key), nonNull: true);

    private string NameOf(GraphScalar key, GraphTypeRef value) => GraphScalars.NameOf(key) + "To" + NameOf(value);

    private string NameOf(GraphTypeRef value)
    {
        if (value.Element is { } element)
            return NameOf(element) + "List";
        var named = value.Named!;
        var name = named.Kind == GraphKind.Input && named.Name.EndsWith("Input", StringComparison.Ordinal) ? named.Name[..^"Input".Length] : named.Name;
        return value.NonNull || context.Options.AllNullable ? name : "Nullable" + name;
    }
}
