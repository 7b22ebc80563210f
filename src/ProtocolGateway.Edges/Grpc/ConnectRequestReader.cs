using System.Globalization;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>Reads requests of the Connect protocol into calls: version, time, headers, and the message where there is exactly one.</summary>
internal sealed class ConnectRequestReader(GrpcEdgeOptions options)
{
    private const string TimeoutHeader = "Connect-Timeout-Ms";

    /// <summary>The messages of a request that streams them.</summary>
    public MessageReader Messages(HttpContext context, RpcTarget target, ConnectForm form) =>
        new EnvelopeReader(context.Request.BodyReader, target, form.Json, options.MaxRequestBytes) { Gzip = EncodingOf(context, form) == CompressedMessage.Gzip }.ReadAsync;

    /// <summary>Reads what must be there before the call begins; the result is what is wrong with it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="target">The operation.</param>
    /// <param name="form">How it is written.</param>
    /// <param name="query">Where it comes by GET; null for POST.</param>
    /// <param name="call">Takes it.</param>
    public ValueTask<GatewayError?> ReadAsync(HttpContext context, RpcTarget target, ConnectForm form, ConnectQuery? query, ConnectCall call)
    {
        if (call.Messages is not null)
            ClientBody.PrepareStream(context);
        var error = (query is null ? CheckVersion(context.Request.Headers) : query.CheckVersion())
            ?? TimeOf(context.Request.Headers, target.Timeout, out var own)
            ?? CheckEncoding(context, form, query?.Compression ?? EncodingOf(context, form))
            ?? call.TakeHeaders(own, options.Time);
        if (error is not null || call.Messages is not null)
            return new(error);
        return query is null ? ReadBodyAsync(context, target, form, call) : new(ReadQuery(target, form, query, call));
    }

    private static GatewayError? CheckVersion(IHeaderDictionary headers) =>
        headers.TryGetValue(ConnectForm.VersionHeader, out var version) && version != "1"
            ? GatewayErrors.InvalidInput($"The header {ConnectForm.VersionHeader} must be 1, the only version that there is.") : null;

    private static GatewayError? TimeOf(IHeaderDictionary headers, TimeSpan? operations, out TimeSpan? own)
    {
        own = operations;
        if (!headers.TryGetValue(TimeoutHeader, out var asked))
            return null;
        // At most ten digits, says the protocol.
        if (asked.ToString() is not { Length: <= 10 } text || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds))
            return GatewayErrors.InvalidInput($"The header {TimeoutHeader} must be up to 10 digits.");
        if (milliseconds == 0)
            return GatewayErrors.NoTimeLeft(TimeoutHeader);
        var span = TimeSpan.FromMilliseconds(milliseconds);
        own = own < span ? own : span;
        return null;
    }

    private static string EncodingOf(HttpContext context, ConnectForm form) =>
        form.Streams ? context.Request.Headers[ConnectForm.StreamEncoding].ToString() : context.Request.Headers.ContentEncoding.ToString();

    // The body of a stream is not compressed as a whole: its messages are.
    private static GatewayError? CheckEncoding(HttpContext context, ConnectForm form, string encoding)
    {
        var whole = form.Streams ? context.Request.Headers.ContentEncoding.ToString() : "";
        if (encoding is "" or CompressedMessage.Identity or CompressedMessage.Gzip && whole is "" or CompressedMessage.Identity)
            return null;
        context.Response.Headers[form.Streams ? ConnectForm.StreamAccept : "Accept-Encoding"] = CompressedMessage.Gzip;
        return GatewayErrors.UnsupportedEncoding($"messages in another encoding than {CompressedMessage.Gzip}");
    }

    private GatewayError? ReadQuery(RpcTarget target, ConnectForm form, ConnectQuery query, ConnectCall call)
    {
        if (query.ReadMessage(out var message) is { } error)
            return error;
        return query.Compression == CompressedMessage.Gzip
            ? CompressedMessage.Read(target, form.Json, message, call.Request, options.MaxRequestBytes)
            : target.Read(form.Json, message, call.Request);
    }

    private async ValueTask<GatewayError?> ReadBodyAsync(HttpContext context, RpcTarget target, ConnectForm form, ConnectCall call)
    {
        using var bounds = new TimedBody(options.MaxRequestBytes, call.Deadline, options.Pace, options.Time);
        var gzip = EncodingOf(context, form) == CompressedMessage.Gzip;
        if (form.Streams)
        {
            var messages = new EnvelopeReader(context.Request.BodyReader, target, form.Json, options.MaxRequestBytes) { Bounds = bounds, Gzip = gzip };
            return await ClientBody.AsErrorAsync(context, messages.ReadOnlyOneAsync(call.Request, context.RequestAborted));
        }

        return await ClientBody.ReadWholeAsync(context, bounds, (target, form.Json, gzip, call.Request, bounds.MaxBytes), static (body, to) => to.gzip
            ? CompressedMessage.Read(to.target, to.Json, body, to.Request, to.MaxBytes)
            : to.target.Read(to.Json, body, to.Request));
    }
}
