namespace ProtocolGateway.Edges;

/// <summary>The origins beside the gateway's own whose pages are trusted: what <see cref="CrossOrigin"/> tells browsers, and what GraphQL's guard against foreign pages lets in.</summary>
/// <param name="origins">As configured; a slash at the end, as of an address that was copied, is no part of an origin.</param>
internal sealed class AllowedOrigins(IReadOnlyList<string> origins)
{
    private readonly HashSet<string> _origins = new(origins.Select(static o => o.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);

    /// <summary>None is configured.</summary>
    public bool IsEmpty => _origins.Count == 0;

    /// <summary>Every page is trusted, whatever its origin.</summary>
    public bool Any { get; } = origins.Contains("*");

    /// <summary>Pages of this origin are trusted.</summary>
    /// <param name="origin">As a browser names it: without a path.</param>
    public bool Allows(string origin) => Any || _origins.Contains(origin);
}
