using System.Buffers;
using System.Runtime.CompilerServices;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams.Http.Http1;

/// <summary>One attempt at one call over HTTP/1.1.</summary>
internal sealed class Http1Exchange(GatewayCall call, HttpRequestHead head, string service, int headerLimit, CallCancellation cancellation)
{
    // 100 and 103 come once or twice; a peer that sends them without end has nothing to say.
    private const int MostInterim = 16;
    private bool _anySeen;
    private bool _inEdge;

    /// <summary>The attempt failed on a connection that the peer had closed while it was idle, and may be made again on a new one.</summary>
    public bool MayRepeat { get; private set; }

    /// <summary>Carries the call over a connection and gives that back, or closes it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CallEnd> RunAsync(Http1Pool pool, Http1Connection connection, Http1Target target)
    {
        var request = new Http1Request(call, head, target, cancellation);
        var sending = request.SendAsync(connection.Transport);
        var reusable = false;
        CallEnd end;
        try
        {
            (end, reusable) = await ReceiveAsync(connection, request);
        }
        catch (Exception exception)
        {
            end = new(Explain(exception, request));
        }

        if (!sending.IsCompleted)
        {
            // The answer is complete, or will never be: nothing of the call may be touched after its end.
            reusable = false;
            cancellation.Cancel();
        }

        await sending;
        if (reusable && request.IsSent)
            pool.Return(connection);
        else
            connection.Dispose();
        // The peer closed what it had kept open, before it saw the request or while it did: the same to us, so that only what may be done twice is repeated.
        if (end.Error is not null && !_anySeen)
            MayRepeat = connection.IsReused && !request.HasPulled && request.Error is null && IsIdempotent(head.Method) && !cancellation.Token.IsCancellationRequested;
        return end.Error is not null && request.Error is { } wrong ? new(wrong) : end;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(CallEnd End, bool Reusable)> ReceiveAsync(Http1Connection connection, Http1Request request)
    {
        var (answer, wrong) = await ReadHeadAsync(connection);
        if (answer is null)
            return (new(wrong ?? Lost(request)), false);
        var framing = HasNoBody(answer.Status) ? Http1Framing.Length : answer.Framing;
        var body = new Http1Body(connection.Input, framing, HasNoBody(answer.Status) ? 0 : answer.Length, connection.Parser, headerLimit);
        _inEdge = true;
        await call.OnHeadAsync(new AnswerHead(answer.Status, answer.Headers));
        _inEdge = false;
        while (true)
        {
            var piece = await body.ReadAsync(cancellation.Token);
            if (piece.IsEmpty)
                break;
            _inEdge = true;
            // More of the answer that has come already is in the same piece, up to the end of a chunk.
            await call.OnMessageAsync(new ReadOnlySequence<byte>(piece), moreAtHand: framing == Http1Framing.Chunked && !connection.Input.Buffered.IsEmpty);
            _inEdge = false;
        }

        if (body.Wrong is not null)
            return (new(GatewayErrors.BackendProtocol(service, body.Wrong)), false);
        if (body.IsTruncated)
            return (new(GatewayErrors.BackendLost(service, "The connection ended before the body.")), false);
        // Bytes that nobody asked for would be taken for the next answer.
        var reusable = framing != Http1Framing.Close && answer.KeepsAlive && connection.Input.Buffered.IsEmpty;
        return (new(null, body.Trailers), reusable);
    }

    // The head of the final answer; interim ones are passed over.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(Http1Head? Head, GatewayError? Wrong)> ReadHeadAsync(Http1Connection connection)
    {
        var input = connection.Input;
        for (var interim = 0; interim < MostInterim;)
        {
            var length = Http1HeadParser.Measure(input.Buffered.Span);
            _anySeen |= !input.Buffered.IsEmpty;
            if (length > headerLimit || (length == 0 && input.Buffered.Length >= headerLimit))
                return (null, GatewayErrors.BackendProtocol(service, $"The headers are larger than {headerLimit} bytes."));
            if (length == 0)
            {
                if (!await input.FillAsync(cancellation.Token))
                    return (null, input.Buffered.IsEmpty ? null : GatewayErrors.BackendProtocol(service, "The connection ended inside a head."));
                continue;
            }

            var answer = connection.Parser.Parse(Http1HeadParser.Lines(input.Buffered.Span[..length]));
            input.Consume(length);
            if (answer is null)
                return (null, GatewayErrors.BackendProtocol(service, connection.Parser.Wrong!));
            if (answer.Status >= 200)
                return (answer, null);
            if (answer.Status == 101)
                return (null, GatewayErrors.BackendProtocol(service, "Protocols were switched, which nobody asked for."));
            interim++;
        }

        return (null, GatewayErrors.BackendProtocol(service, "Too many interim answers."));
    }

    // RFC 9112, section 6.3, rule 1.
    private bool HasNoBody(int status) => head.Method == "HEAD" || status is 204 or 304;

    private GatewayError Lost(Http1Request request) =>
        GatewayErrors.BackendLost(service, request.Broken is { } broken ? $"{broken} The connection ended without an answer." : "The connection ended without an answer.");

    private GatewayError Explain(Exception exception, Http1Request request)
    {
        if (call.Cancelled.IsCancellationRequested)
            return GatewayErrors.CallerGone();
        if (_inEdge)
            return FailureMap.FromEdge(exception);
        if (cancellation.DeadlinePassed)
            return GatewayErrors.DeadlineExceeded();
        return exception switch
        {
            IOException or ObjectDisposedException or InvalidOperationException => GatewayErrors.BackendLost(service, "Receiving failed: " + exception.Message),
            // The request's own failure is what ended it, and outranks this.
            OperationCanceledException => Lost(request),
            _ => GatewayErrors.Bug(exception),
        };
    }

    // RFC 9110, section 9.2.2.
    private static bool IsIdempotent(string method) => method is "GET" or "HEAD" or "OPTIONS" or "PUT" or "DELETE" or "TRACE";
}
