using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using ProtocolGateway.Edges.GraphQL.Transports;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL;

/// <summary>Reads what a client sent: the body of a POST, or the query of a GET.</summary>
internal sealed class GraphRequestReader(GraphTransportOptions options, TimeProvider time)
{
    /// <summary>The body is a document alone: what was sent before JSON was agreed on.</summary>
    private const string DocumentType = "application/graphql";

    /// <summary>Refuses a body that is not JSON in UTF-8. One without a media type is refused too: a browser sends such a body for any page, without asking.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isDocument">The body is a document, not JSON.</param>
    public static GatewayError? CheckType(HttpRequest request, out bool isDocument)
    {
        isDocument = false;
        var coding = request.Headers.ContentEncoding;
        if (coding.Count > 0 && !string.Equals(coding.ToString(), "identity", StringComparison.OrdinalIgnoreCase))
            return TransportErrors.UnsupportedType($"encoded as {coding}");
        var type = request.ContentType;
        if (type is GraphAccept.PlainJson or "application/json; charset=utf-8")
            return null;
        if (!MediaTypeHeaderValue.TryParse(type, out var parsed))
            return TransportErrors.UnsupportedType(type is null ? null : "of a media type that cannot be read");
        isDocument = parsed.MediaType.Equals(DocumentType, StringComparison.OrdinalIgnoreCase);
        var isTaken = isDocument || parsed.MediaType.Equals(GraphAccept.PlainJson, StringComparison.OrdinalIgnoreCase);
        return isTaken && (!parsed.Charset.HasValue || HeaderUtilities.RemoveQuotes(parsed.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            ? null
            : TransportErrors.UnsupportedType(type);
    }

    /// <summary>Reads the whole body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="until">By when it must have come, where that is set.</param>
    /// <param name="into">Takes the body.</param>
    public async ValueTask<GatewayError?> ReadBodyAsync(HttpContext context, Deadline until, PooledBuffer into)
    {
        using var bounds = new TimedBody(options.MaxRequestBytes, until, options.Pace, time);
        return await ClientBody.ReadWholeAsync(context, bounds, into, static (body, into) =>
        {
            foreach (var segment in body)
                into.Write(segment.Span);
            return null;
        });
    }

    /// <summary>Reads one request from a whole body.</summary>
    /// <param name="body">The body; the request may point into it, and a document that has to be rewritten is put behind it.</param>
    /// <param name="isDocument">The body is a document, not JSON.</param>
    /// <param name="request">The request, where null is returned.</param>
    public static GatewayError? Read(PooledBuffer body, bool isDocument, out IncomingRequest request)
    {
        if (!isDocument)
            return RequestJson.Read(body.WrittenMemory, out request);
        request = default;
        if (!Utf8.IsValid(body.WrittenSpan))
            return TransportErrors.BadRequest("The body holds bytes that are not UTF-8.");
        var inside = RequestQuery.WriteInside(body.WrittenSpan, body);
        request = new(new() { Query = body.WrittenMemory[inside] }, null);
        return null;
    }
}
