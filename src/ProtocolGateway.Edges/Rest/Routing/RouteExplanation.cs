using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>Which rule a request hits, and why.</summary>
public sealed record RouteExplanation
{
    /// <summary>The operation's full name; null where nothing matches.</summary>
    public string? Operation { get; init; }

    /// <summary>Method and template, <c>GET /v1/users/{id}</c>; null where nothing matches.</summary>
    public string? Rule { get; init; }

    /// <summary>The HTTP status where nothing matches: 404, 405, or 400 for a target that cannot be read; null otherwise.</summary>
    public int? Status { get; init; }

    /// <summary>The methods that the path takes, where the status is 405.</summary>
    public string? Allow { get; init; }

    /// <summary>The decoded value of each field that path and query set, by its dotted name; values of a repeated field stand behind commas.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    /// <summary>The query parameters that would be refused.</summary>
    public IReadOnlyList<string> UnknownParameters { get; init; } = [];

    /// <summary>The other rules that have this path, the most specific first; behind them the rules that may have it and are not served.</summary>
    public IReadOnlyList<RejectedRule> Rejected { get; init; } = [];
}

/// <summary>A rule that has the path and was not taken.</summary>
/// <param name="Operation">The full name of its operation.</param>
/// <param name="Rule">Method and template.</param>
/// <param name="Why">Why it was not taken.</param>
public sealed record RejectedRule(string Operation, string Rule, string Why);

/// <summary>A rule that is not served.</summary>
/// <param name="Operation">Its operation.</param>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its template as written, below the prefix.</param>
/// <param name="Why">Why it is not served.</param>
internal sealed record LeftOutRule(Operation Operation, string Method, string Path, string Why);
