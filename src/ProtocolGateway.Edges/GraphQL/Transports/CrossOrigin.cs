using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>Tells browsers that pages of the configured origins may send requests and read answers, errors included (Fetch, "CORS protocol"). Other origins are told nothing.</summary>
/// <param name="origins">Those of <see cref="GraphTransportOptions.Origins"/>.</param>
internal sealed class CrossOrigin(IReadOnlyList<string> origins)
{
    // Two hours: the longest that Chromium keeps it.
    private const string KeptSeconds = "7200";

    private readonly HashSet<string> _origins = new(origins.Select(static o => o.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);
    private readonly bool _any = origins.Contains("*");

    /// <summary>Adds to the answer what the page's browser wants to know.</summary>
    /// <returns>True where the browser only asked: the answer is complete.</returns>
    public bool Answer(HttpContext context)
    {
        if (_origins.Count == 0)
            return false;
        var (request, answer) = (context.Request.Headers, context.Response.Headers);
        // A cache must not give one origin's answer to another.
        if (!_any)
            answer.Append(HeaderNames.Vary, HeaderNames.Origin);
        if (request.Origin is not [{ } origin] || !(_any || _origins.Contains(origin)))
            return false;
        answer.AccessControlAllowOrigin = _any ? "*" : origin;
        // Cookies and the like go along only where the page is known by name.
        if (!_any)
            answer.AccessControlAllowCredentials = "true";
        if (!HttpMethods.IsOptions(context.Request.Method) || request.AccessControlRequestMethod.Count == 0)
            return false;
        answer.AccessControlAllowMethods = "GET, POST";
        if (request.AccessControlRequestHeaders is [{ } asked] && ClientHeaders.IsWritable(asked))
            answer.AccessControlAllowHeaders = asked;
        answer.AccessControlMaxAge = KeptSeconds;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }
}
