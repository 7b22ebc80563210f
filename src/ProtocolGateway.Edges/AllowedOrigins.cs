using Microsoft.AspNetCore.Http;

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

    /// <summary>
    /// This WebSocket may be opened: no Origin (no browser), the gateway's own, or one that is configured. Browsers ask nobody before they open a socket for
    /// whatever page, and send the visitor's cookies along.
    /// </summary>
    public bool AllowsSocket(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (origin.Count == 0 || Any)
            return true;
        return origin is [{ } one] && (Allows(one) || IsOwn(one, request.Headers));
    }

    /// <summary>The URL is one of the address that the request came to.</summary>
    internal static bool IsOwn(string url, IHeaderDictionary headers)
    {
        if (headers.Host is not [{ } text] || !Uri.TryCreate(url, UriKind.Absolute, out var uri))
            return false;
        // The scheme is not compared: behind a proxy that ends TLS this side sees http.
        var host = new HostString(text);
        return uri.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase) && (host.Port is { } port ? port == uri.Port : uri.IsDefaultPort);
    }
}
