using System.Collections.Frozen;

namespace ProtocolGateway.Edges.GraphQL.Schema;

/// <summary>One GraphQL schema over everything in a catalog. Immutable.</summary>
public sealed class GraphSchema
{
    private readonly FrozenDictionary<string, GraphType> _byName;

    /// <summary>A schema of those types, root types included.</summary>
    public GraphSchema(GraphType query, GraphType? mutation, GraphType? subscription, IReadOnlyList<GraphType> types)
    {
        (Query, Mutation, Subscription, Types) = (query, mutation, subscription, types);
        _byName = types.ToFrozenDictionary(static t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The root of queries; a schema has one even where no operation is a query.</summary>
    public GraphType Query { get; }

    /// <summary>The root of mutations; null where there are none.</summary>
    public GraphType? Mutation { get; }

    /// <summary>The root of subscriptions; null where there are none.</summary>
    public GraphType? Subscription { get; }

    /// <summary>All types, in the order of SDL.</summary>
    public IReadOnlyList<GraphType> Types { get; }

    /// <summary>The names that were given out, to be recorded for the next time.</summary>
    public GraphNameManifest Names { get; init; } = GraphNameManifest.Empty;

    /// <summary>The type of that name; null where there is none.</summary>
    public GraphType? Find(string name) => _byName.GetValueOrDefault(name);
}
