using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>In which forms a client takes an answer.</summary>
/// <param name="Json">The media type of one whole answer; null where it takes none.</param>
/// <param name="Stream">The form of a streamed answer.</param>
/// <param name="Page">It would rather see a page: a browser's address bar.</param>
internal readonly record struct GraphAccept(string? Json, GraphStreamForm Stream, bool Page)
{
    public const string PlainJson = "application/json";
    public const string ResponseJson = "application/graphql-response+json";

    private static readonly MediaTypeHeaderValue Plain = new(PlainJson), Response = new(ResponseJson), Events = new("text/event-stream"), Multipart = new("multipart/mixed"), Html = new("text/html");
    private static readonly GraphAccept Anything = new(PlainJson, GraphStreamForm.Events, false);

    /// <summary>Reads the header; one that is missing or cannot be read takes everything.</summary>
    public static GraphAccept Read(StringValues accept)
    {
        // The common cases need no parsing.
        if (accept.Count == 0)
            return Anything;
        if (accept.Count == 1)
        {
            switch (accept[0])
            {
                case null or "" or "*/*":
                    return Anything;
                case PlainJson:
                    return new(PlainJson, GraphStreamForm.None, false);
                case ResponseJson:
                    return new(ResponseJson, GraphStreamForm.None, false);
            }
        }

        return MediaTypeHeaderValue.TryParseList(accept, out var ranges) ? Choose(ranges) : Anything;
    }

    private static GraphAccept Choose(IList<MediaTypeHeaderValue> ranges)
    {
        var (plain, response, events, html) = (AcceptRank.Of(Plain, ranges), AcceptRank.Of(Response, ranges), AcceptRank.Of(Events, ranges), AcceptRank.Of(Html, ranges));
        var json = response.IsBetterThan(plain) ? ResponseJson : plain.Quality > 0 ? PlainJson : null;
        var parts = AcceptRank.Of(Multipart, [.. ranges.Where(IsSubscriptionSpec)]);
        var stream = parts.Quality > 0 && (parts.Exactness > events.Exactness || parts.IsBetterThan(events)) ? GraphStreamForm.Multipart
            : events.Quality > 0 ? GraphStreamForm.Events : GraphStreamForm.None;
        return new(json, stream, html.Exactness == AcceptRank.NamedExactly && html.IsBetterThan(response.IsBetterThan(plain) ? response : plain));
    }

    // Without the parameter a client waits for parts of another shape, those of incremental delivery.
    private static bool IsSubscriptionSpec(MediaTypeHeaderValue range)
    {
        foreach (var parameter in range.Parameters)
        {
            if (parameter.Name.Equals("subscriptionSpec", StringComparison.OrdinalIgnoreCase))
                return HeaderUtilities.RemoveQuotes(parameter.Value).AsSpan().StartsWith("1");
        }

        return false;
    }
}

/// <summary>The forms of a streamed answer.</summary>
internal enum GraphStreamForm
{
    /// <summary>The client takes none.</summary>
    None,

    /// <summary>Server-sent events: graphql-sse, distinct connections mode.</summary>
    Events,

    /// <summary>multipart/mixed;subscriptionSpec=1.0, as Apollo's clients ask for.</summary>
    Multipart,
}
