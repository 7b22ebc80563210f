using ProtocolGateway.Edges.GraphQL.Transports.Documents;

namespace ProtocolGateway.Config;

/// <summary>The rules of <c>edges.graphql</c> that no single value can break.</summary>
internal static class GraphqlRules
{
    // More than any proxy, or any client's patience; and far from what timers cannot count.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>Reports what is wrong.</summary>
    /// <param name="graphql">The edge's part of the configuration.</param>
    /// <param name="isLiteral">A path that begins with a slash holds literal segments only.</param>
    /// <param name="report">Takes path and message.</param>
    public static void Validate(GraphqlEdgeConfig graphql, Func<string, bool> isLiteral, Action<string, string> report)
    {
        if (!graphql.Path.StartsWith('/'))
            report("edges.graphql.path", "The path must begin with a slash.");
        else if (graphql.Path == "/" || !isLiteral(graphql.Path))
            report("edges.graphql.path", "The path holds literal segments only, at least one and none of them empty.");
        foreach (var (key, duration) in (ReadOnlySpan<(string, TimeSpan)>)
            [("initTimeout", graphql.InitTimeout), ("keepAlive", graphql.KeepAlive), ("keepAliveTimeout", graphql.KeepAliveTimeout)])
        {
            if (duration <= TimeSpan.Zero || duration > Longest)
                report("edges.graphql." + key, $"The duration is none between 0 and {Longest.TotalHours:0}h.");
        }

        if (graphql.TrustedDocumentsOnly && graphql.TrustedDocuments is null)
            report("edges.graphql.trustedDocumentsOnly", "There are no trustedDocuments; nothing could be run.");
        if (graphql.TrustedDocuments is { } file && File.Exists(file) && TrustedDocuments.Load(file, out var problem) is null)
            report("edges.graphql.trustedDocuments", problem);
        OriginRules.Validate(graphql.Origins, "edges.graphql.origins", report);
    }
}
