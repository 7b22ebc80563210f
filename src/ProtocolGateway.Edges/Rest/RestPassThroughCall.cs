using System.Buffers;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.Rest.Binding;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest;

/// <summary>A call of an HTTP operation: status, headers and bodies pass as they are, piece by piece.</summary>
internal sealed class RestPassThroughCall(HttpContext context, RestRoutePlan plan, RestAnswerWriter answers, TimedBody? bounds) : GatewayCall, IDisposable
{
    private PooledBuffer? _held;
    private GatewayError? _failure;
    private long? _length;
    private long _read;
    private long _written;
    private bool _headed;

    /// <inheritdoc />
    public override bool TryGetSingleMessage(out ReadOnlySequence<byte> message)
    {
        message = default;
        return false;
    }

    /// <inheritdoc />
    public override async ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        if (HttpRequest is not { HasBody: true })
            return false;
        var body = context.Request.BodyReader;
        while (true)
        {
            var result = await bounds!.ReadAsync(body, _read, cancel);
            var buffer = result.Buffer;
            if (!buffer.IsEmpty)
            {
                // A declared length was judged before the call began; a body in chunks is judged as it comes.
                if ((_read += buffer.Length) > bounds.MaxBytes)
                {
                    body.AdvanceTo(buffer.End);
                    throw new GatewayCallException(GatewayErrors.RequestTooLarge(bounds.MaxBytes));
                }

                foreach (var segment in buffer)
                    into.Write(segment.Span);
                body.AdvanceTo(buffer.End);
                return true;
            }

            body.AdvanceTo(buffer.End);
            if (result.IsCompleted)
                return false;
        }
    }

    /// <inheritdoc />
    public override ValueTask OnHeadAsync(AnswerHead head)
    {
        if (head.Status is < 200 or > 599)
            throw Refuse($"HTTP status {head.Status}");

        _headed = true;
        var response = context.Response;
        response.StatusCode = head.Status;
        ClientHeaders.FromHttp(head.Headers, response);
        if (plan.Locations is { } locations)
            MapLocations(locations, response.Headers);
        if (head.Headers.Find("content-length") is { } text)
        {
            if (!long.TryParse(text, System.Globalization.NumberStyles.None, null, out var length))
                throw Refuse("a content-length that is no number");
            // A 204 has none (RFC 9110, section 8.6); HEAD and 304 keep it, as it speaks of the body that GET would give.
            else if (head.Status is not (204 or 205))
                response.ContentLength = _length = length;
        }

        // A small answer of known length goes out with its head in one piece. An event stream may be silent for long, and its reader waits for the head.
        return _length is null && IsEventStream(response) ? ClientAnswer.FlushAsync(context) : default;
    }

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        if (_failure is not null || HasNoBody || message.IsEmpty)
            return default;
        if (_length is { } length && message.Length > length - _written)
            throw Refuse("more bytes than its content-length");

        // A small answer of known length leaves in one piece with its head, and one that breaks off before its end can still become an error.
        IBufferWriter<byte> output = context.Response.BodyWriter;
        if (_length <= ClientAnswer.MostHeldBack && message.Length < _length)
            output = _held ??= new();
        foreach (var segment in message)
            output.Write(segment.Span);
        _written += message.Length;
        // Nothing is left unflushed once something was flushed: the server does not send by itself what comes after.
        return _length <= ClientAnswer.MostHeldBack || (moreAtHand && message.Length < ClientAnswer.MostHeldBack) ? default : ClientAnswer.FlushAsync(context);
    }

    /// <inheritdoc />
    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        error = _failure ?? error;
        if (error is null && !_headed)
            error = GatewayErrors.BackendProtocol(plan.Service, "no answer, and no error either");
        // All that was promised has come: what broke afterwards is no concern of the client's.
        if (_written > 0 && _written == _length)
            error = null;
        if (error is null && !HasNoBody && _length is { } length && _written < length)
            error = GatewayErrors.BackendLost(plan.Service, "fewer bytes than its content-length");
        if (error is null)
        {
            if (trailers is not null)
                ClientHeaders.ToHttpTrailers(trailers, context);
            if (_held is not null)
                context.Response.BodyWriter.Write(_held.WrittenSpan);
            return default;
        }

        // The head is held until the first piece that is sent: where nothing is out yet, the failure can still have a status of its own.
        if (_headed && !ClientAnswer.HasBegun(context))
            context.Response.Clear();
        return answers.FailAsync(context, this, error, null, true);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _held?.Dispose();
        bounds?.Dispose();
    }

    private void MapLocations(LocationMapping locations, IHeaderDictionary headers)
    {
        var host = context.Request.Host.Value ?? "";
        if (headers.Location is [{ } location])
            headers.Location = locations.Map(location, host);
        if (headers.ContentLocation is [{ } content])
            headers.ContentLocation = locations.Map(content, host);
    }

    // Thrown, so that the upstream breaks the exchange off at once: what else comes is of no use, and may be without end.
    private GatewayCallException Refuse(string what)
    {
        _failure = GatewayErrors.BackendProtocol(plan.Service, what);
        return new(_failure);
    }

    private bool HasNoBody => HttpMethods.IsHead(context.Request.Method) || context.Response.StatusCode is 204 or 205 or 304;

    private static bool IsEventStream(HttpResponse response) =>
        response.ContentType?.StartsWith(RestAccept.EventStream, StringComparison.OrdinalIgnoreCase) == true;
}
