using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ProtocolGateway.Edges;

/// <summary>Tells browsers that pages of the configured origins may send requests and read answers, errors included (Fetch, "CORS protocol"). Other origins are told nothing.</summary>
/// <param name="origins">The origins of those pages.</param>
/// <param name="exposesHeaders">Pages may read all headers of an answer: metadata and, for gRPC, the status.</param>
internal sealed class CrossOrigin(AllowedOrigins origins, bool exposesHeaders = false)
{
    // Two hours: the longest that Chromium keeps it.
    private const string KeptSeconds = "7200";

    /// <summary>Adds to the answer what the page's browser wants to know.</summary>
    /// <returns>True where the browser only asked: the answer is complete.</returns>
    public bool Answer(HttpContext context)
    {
        if (origins.IsEmpty)
            return false;
        var (request, answer) = (context.Request.Headers, context.Response.Headers);
        // A cache must not give one origin's answer to another.
        if (!origins.Any)
            answer.Append(HeaderNames.Vary, HeaderNames.Origin);
        if (request.Origin is not [{ } origin] || !origins.Allows(origin))
            return false;
        answer.AccessControlAllowOrigin = origins.Any ? "*" : origin;
        // Cookies and the like go along only where the page is known by name.
        if (!origins.Any)
            answer.AccessControlAllowCredentials = "true";
        if (!HttpMethods.IsOptions(context.Request.Method) || request.AccessControlRequestMethod.Count == 0)
        {
            if (exposesHeaders)
                context.Response.OnStarting(static response => Expose((HttpResponse)response), context.Response);
            return false;
        }

        answer.AccessControlAllowMethods = "GET, POST";
        if (request.AccessControlRequestHeaders is [{ } asked] && ClientHeaders.IsWritable(asked))
            answer.AccessControlAllowHeaders = asked;
        answer.AccessControlMaxAge = KeptSeconds;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return true;
    }

    // By name, as a list: "*" means nothing where credentials go along.
    private static Task Expose(HttpResponse response)
    {
        var names = response.Headers.Keys.Where(static n => !n.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        response.Headers.AccessControlExposeHeaders = string.Join(", ", names);
        return Task.CompletedTask;
    }
}
