namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>An input type that requires itself has no value at all (specification, section 3.10.1): one field of each such circle is made nullable.</summary>
internal static class InputCycles
{
    /// <summary>Breaks all circles.</summary>
    public static void Break(IReadOnlyList<GraphType> inputs)
    {
        var done = new HashSet<GraphType>();
        foreach (var input in inputs)
        {
            if (done.Add(input))
                Walk(input, done);
        }
    }

    private static void Walk(GraphType first, HashSet<GraphType> done)
    {
        var open = new HashSet<GraphType> { first };
        var path = new Stack<(GraphType Type, int Next)>();
        path.Push((first, 0));
        while (path.TryPop(out var here))
        {
            var next = Next(here.Type, here.Next);
            if (next < 0)
            {
                open.Remove(here.Type);
                continue;
            }

            path.Push((here.Type, next + 1));
            var target = here.Type.InputFields[next].Type.Named!;
            if (open.Contains(target))
                here.Type.Complete([.. here.Type.InputFields.Select((f, i) => i == next ? Nullable(f) : f)]);
            else if (done.Add(target) && open.Add(target))
                path.Push((target, 0));
        }
    }

    private static int Next(GraphType type, int from)
    {
        for (var i = from; i < type.InputFields.Count; i++)
        {
            if (type.InputFields[i].Type is { NonNull: true, Named.Kind: GraphKind.Input })
                return i;
        }

        return -1;
    }

    private static GraphInputValue Nullable(GraphInputValue value) => new()
    {
        Name = value.Name,
        Type = value.Type.With(nonNull: false),
        Description = value.Description,
        Deprecation = value.Deprecation,
        JsonName = value.JsonName,
        Contract = value.Contract,
        Spreads = value.Spreads,
        Default = value.Default,
    };
}
