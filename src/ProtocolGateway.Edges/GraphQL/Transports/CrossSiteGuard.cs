using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>
/// Keeps pages of other sites from using a visitor's browser. A POST is safe by its media type, which no page may send to another site without asking
/// first (a preflight); a GET is refused where a browser may have sent it for such a page without asking. WebSockets are judged by their origin: <see cref="AllowedOrigins.AllowsSocket"/>.
/// </summary>
/// <param name="origins">The other sites whose pages may.</param>
internal sealed class CrossSiteGuard(AllowedOrigins origins)
{
    // A browser sends any of them to another site only after a preflight.
    private static readonly string[] PreflightHeaders = ["GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name"];

    // The media types of forms, for which a browser does not ask (Fetch, "CORS-safelisted request-header").
    private static readonly string[] SimpleTypes = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

    /// <summary>
    /// This GET may be answered: the browser says that it is its own site's or its user's, or has asked before, or no browser has sent it. Browsers that are
    /// old, and all of them over plain HTTP, do not say (Fetch Metadata is for trustworthy URLs only), and so the absence of the word proves nothing.
    /// </summary>
    public bool AllowsGet(IHeaderDictionary headers)
    {
        var site = headers["Sec-Fetch-Site"];
        if (origins.Any || site is ["same-origin" or "none"] || WasAskedFor(headers))
            return true;
        if (headers.Origin.Count > 0)
            return headers.Origin is [{ } origin] && (origins.Allows(origin) || (site.Count == 0 && AllowedOrigins.IsOwn(origin, headers)));
        if (site.Count > 0)
            return false;
        if (headers.Referer.Count > 0)
            return headers.Referer is [{ } page] && (AllowedOrigins.IsOwn(page, headers) || (Uri.TryCreate(page, UriKind.Absolute, out var uri) && origins.Allows(uri.GetLeftPart(UriPartial.Authority))));
        return !IsBrowsers(headers);
    }

    private static bool WasAskedFor(IHeaderDictionary headers)
    {
        foreach (var name in PreflightHeaders)
        {
            if (headers.ContainsKey(name))
                return true;
        }

        return headers.ContentType is [{ } type] && MediaTypeHeaderValue.TryParse(type, out var parsed)
            && !SimpleTypes.Contains(parsed.MediaType.Value, StringComparer.OrdinalIgnoreCase);
    }

    // A page can keep its browser from sending the Referer, but not from naming itself, nor from sending the site's cookies.
    private static bool IsBrowsers(IHeaderDictionary headers) =>
        headers.Cookie.Count > 0 || headers.UserAgent.ToString().StartsWith("Mozilla/", StringComparison.OrdinalIgnoreCase);
}
