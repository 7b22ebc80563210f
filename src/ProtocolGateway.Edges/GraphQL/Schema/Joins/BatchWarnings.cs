using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Joins;

/// <summary>Finds joins that are called once for each element of a list (N+1).</summary>
internal static class BatchWarnings
{
    /// <summary>One warning for each such join, with a path that leads to it.</summary>
    public static void Find(GraphSchema schema, List<Diagnostic> diagnostics)
    {
        var open = schema.Types.Where(static t => t.Fields.Any(IsUnbatched)).ToList();
        if (open.Count == 0)
            return;
        var from = Walk(schema);
        foreach (var type in open.Where(t => from.ContainsKey((t, true))))
        {
            foreach (var field in type.Fields.Where(IsUnbatched))
            {
                diagnostics.Add(new(Severity.Warning, field.Join!.Place,
                    $"{PathTo(from, type)}.{field.Name} calls {field.Join.Operation.FullName} once for each element of a list (N+1). An operation that takes many keys calls once for all: give its argument @is(field: \"...\") beside @require, as docs/graphql-joins.md shows."));
            }
        }
    }

    private static bool IsUnbatched(GraphField field) => field.Join is { IsBatch: false };

    // Breadth first, so that each path is a shortest one. A type is met twice at most: as one value, and within a list.
    private static Dictionary<(GraphType Type, bool List), ((GraphType, bool) Before, string Step)> Walk(GraphSchema schema)
    {
        var from = new Dictionary<(GraphType Type, bool List), ((GraphType, bool) Before, string Step)>();
        var pending = new Queue<(GraphType Type, bool List)>();
        foreach (var root in new[] { schema.Query, schema.Mutation, schema.Subscription }.OfType<GraphType>())
            Visit((root, false), default, root.Name);
        while (pending.TryDequeue(out var here))
        {
            foreach (var field in here.Type.Fields)
            {
                var inner = field.Type.Innermost;
                var list = here.List || field.Type.Element is not null;
                if (inner.Kind == GraphKind.Object)
                    Visit((inner, list), here, field.Name);
                foreach (var member in inner.Members)
                    Visit((member.Type, list), here, field.Name);
            }
        }

        return from;

        void Visit((GraphType, bool) node, (GraphType, bool) before, string step)
        {
            if (from.TryAdd(node, (before, step)))
                pending.Enqueue(node);
        }
    }

    private static string PathTo(Dictionary<(GraphType Type, bool List), ((GraphType, bool) Before, string Step)> from, GraphType type)
    {
        var steps = new List<string>();
        for (var node = (type, true); node.type is not null;)
        {
            var (before, step) = from[node];
            steps.Add(step);
            node = before;
        }

        steps.Reverse();
        return string.Join('.', steps);
    }
}
