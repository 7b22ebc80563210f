using Microsoft.AspNetCore.Http;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>
/// Keeps pages of other sites from using a visitor's browser. A POST is safe by its media type, which no page may send to another site without asking
/// first (a preflight); a GET is refused where the browser itself says that it is cross-site, and a WebSocket where its Origin is foreign.
/// </summary>
internal sealed class CrossSiteGuard(IReadOnlyList<string> origins)
{
    // A browser sends any of them to another site only after a preflight.
    private static readonly string[] PreflightHeaders = ["GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name"];

    private readonly HashSet<string> _origins = new(origins.Select(o => o.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);
    private readonly bool _any = origins.Contains("*");

    /// <summary>This GET may be answered. Clients that are no browsers send no Sec-Fetch-Site and pass.</summary>
    public bool AllowsGet(IHeaderDictionary headers)
    {
        var site = headers["Sec-Fetch-Site"];
        if (site.Count == 0 || site[0] is "same-origin" or "none" || _any)
            return true;
        foreach (var name in PreflightHeaders)
        {
            if (headers.ContainsKey(name))
                return true;
        }

        return headers.Origin is [{ } origin] && _origins.Contains(origin);
    }

    /// <summary>This WebSocket may be opened: no Origin (no browser), the gateway's own, or one that is configured.</summary>
    public bool AllowsSocket(HttpRequest request)
    {
        var origin = request.Headers.Origin;
        if (origin.Count == 0 || _any)
            return true;
        return origin is [{ } one] && (_origins.Contains(one) || IsOwn(one, request));
    }

    // The scheme is not compared: behind a proxy that ends TLS this side sees http.
    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri.Host.Equals(request.Host.Host, StringComparison.OrdinalIgnoreCase)
        && (request.Host.Port is { } port ? port == uri.Port : uri.IsDefaultPort);
}
