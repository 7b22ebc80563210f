using System.Buffers;
using System.Runtime.CompilerServices;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Upstreams.Grpc.Http2;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>One attempt at one call.</summary>
internal sealed class GrpcExchange(GatewayCall call, string service, UpstreamOptions options, CallCancellation cancellation)
{
    private bool _inEdge;
    private bool _repeatable;

    /// <summary>The attempt failed before the backend looked at it, and the request is still here whole.</summary>
    public bool MayRepeat { get; private set; }

    /// <summary>Sends the request, reads the answer and gives it to the edge.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CallEnd> RunAsync(GrpcTransport transport)
    {
        var slot = await transport.Pool.ReserveAsync(cancellation.Token);
        if (slot.Connection is not { } connection)
            return new(Explain(slot.Failure!));
        var frame = new PooledBuffer(512);
        var stream = Open(transport, connection, frame, out var pump, out var sending);
        var registration = cancellation.Token.UnsafeRegister(static s => ((Http2Stream)s!).Cancel(), stream);
        CallEnd end;
        try
        {
            end = await ReceiveAsync(stream);
        }
        finally
        {
            registration.Dispose();
            stream.Dispose();
            if (sending is not null)
            {
                // Nothing of the call may be touched after its end. The sending of a whole request ends with its stream; under a token that has fired it
                // could not be repeated.
                if (!_repeatable)
                    cancellation.Cancel();
                await sending;
            }

            frame.Dispose();
        }

        return end.Error is not null && pump?.Error is { } wrong ? new(wrong) : end;
    }

    /// <summary>What an exception of the exchange means.</summary>
    public GatewayError Explain(Exception exception)
    {
        if (call.Cancelled.IsCancellationRequested)
            return GatewayErrors.CallerGone();
        if (_inEdge)
            return FailureMap.FromEdge(exception);
        return cancellation.DeadlinePassed ? GatewayErrors.DeadlineExceeded() : GatewayErrors.Bug(exception);
    }

    private Http2Stream Open(GrpcTransport transport, Http2Connection connection, PooledBuffer frame, out GrpcRequestPump? pump, out Task? sending)
    {
        (pump, sending) = (null, null);
        using var head = new PooledBuffer(512);
        transport.WriteHead(call, head);
        _repeatable = call.TryGetSingleMessage(out var message);
        // A head names one encoding: beside messages that come in another one, plain ones stay plain.
        var gzip = options.GzipRequests && call.Compression?.Request is null or "gzip";
        if (_repeatable)
        {
            GrpcFrame.Begin(frame);
            foreach (var segment in message)
                frame.Write(segment.Span);
            GrpcFrame.Finish(frame, gzip, call.Compression is { IsRequestMarked: true });
        }

        var stream = connection.Open(head.WrittenSpan, frame.WrittenSpan, end: _repeatable, out var sent);
        if (stream.Failure is not null || (_repeatable && sent == frame.Length))
        {
            // Nothing has been taken from the edge yet: what was refused can be sent whole again.
            _repeatable = true;
            return stream;
        }

        pump = new(call, connection, stream, cancellation);
        sending = _repeatable ? pump.SendRestAsync(frame.WrittenMemory[sent..]) : pump.SendStreamAsync(gzip);
        return stream;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CallEnd> ReceiveAsync(Http2Stream stream)
    {
        if (!await stream.WaitForHeadAsync())
        {
            MayRepeat = _repeatable && stream.Failure is { Kind: Http2FailureKind.Refused };
            return new(Explain(stream.Failure!));
        }

        if (CheckHead(stream.Head) is { } wrong)
            return new(wrong);
        if (GrpcStatus.IsIn(stream.Head))
            return await OnTrailersOnlyAsync(stream.Head);
        using var frames = new FrameReader(stream, options.MaxAnswerMessageBytes, service, stream.Head.Find("grpc-encoding"), call.Compression);
        return call.Operation.Shape is Shape.Unary or Shape.ClientStreaming
            ? await ReceiveOneAsync(stream, frames)
            : await ReceiveManyAsync(stream, frames);
    }

    // The message waits for the status: an answer that fails after its message is a failure, and no edge could take the message back.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CallEnd> ReceiveOneAsync(Http2Stream stream, FrameReader frames)
    {
        var any = await frames.ReadAsync();
        if (frames.Error is { } error)
            return new(error);
        if (any && await stream.WaitForBodyAsync(1))
            return new(GatewayErrors.BackendProtocol(service, "More than one message answers a call that takes one."));
        var end = ReadEnd(stream);
        if (stream.Failure is not null)
            return end;
        _inEdge = true;
        await call.OnHeadAsync(HeadOf(stream.Head, frames.Passing));
        _inEdge = false;
        if (end.Error is not null)
            return end;
        if (!any)
            return new(GatewayErrors.BackendProtocol(service, "The status is OK, but no message came."));
        _inEdge = true;
        await call.OnMessageAsync(frames.Message, moreAtHand: false);
        _inEdge = false;
        return end;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CallEnd> ReceiveManyAsync(Http2Stream stream, FrameReader frames)
    {
        _inEdge = true;
        await call.OnHeadAsync(HeadOf(stream.Head, frames.Passing));
        _inEdge = false;
        while (await frames.ReadAsync())
        {
            _inEdge = true;
            await call.OnMessageAsync(frames.Message, frames.HasMore);
            _inEdge = false;
        }

        return frames.Error is { } error ? new(error) : ReadEnd(stream);
    }

    private async ValueTask<CallEnd> OnTrailersOnlyAsync(HeaderBlock head)
    {
        var error = GrpcStatus.Read(head, namesEncodings: call.Compression?.Request is not null);
        var trailers = GrpcStatus.Metadata(head);
        if (error is not null)
            return new(error, trailers);
        if (call.Operation.Shape is Shape.Unary or Shape.ClientStreaming)
            return new(GatewayErrors.BackendProtocol(service, "The status is OK, but no message came."));
        _inEdge = true;
        await call.OnHeadAsync(new AnswerHead(200, new CallHeaders()));
        _inEdge = false;
        return new(null, trailers);
    }

    private GatewayError? CheckHead(HeaderBlock head)
    {
        var type = head.Find("content-type");
        var isGrpc = IsGrpc(type);
        // http-grpc-status-mapping: only for answers that lack a grpc-status. Some servers leave the type off where only trailers come.
        if (GrpcStatus.IsIn(head) && (isGrpc || type is null))
            return null;
        if (head.Status != 200)
            return GatewayErrors.BrokenProxy(service, head.Status);
        return isGrpc ? null : GatewayErrors.BackendProtocol(service, $"The content type is \"{type}\".");
    }

    private static bool IsGrpc(string? type)
    {
        const string Name = "application/grpc";
        return type is not null
            && type.StartsWith(Name, StringComparison.OrdinalIgnoreCase)
            && (type.Length == Name.Length || type[Name.Length] is '+' or ';' or ' ');
    }

    private CallEnd ReadEnd(Http2Stream stream)
    {
        // Who has begun to answer cannot promise any more that it has not looked at the request.
        if (stream.Failure is { } failure)
            return new(Explain(failure.Kind == Http2FailureKind.Refused ? failure with { Kind = Http2FailureKind.Reset } : failure));
        return stream.Trailers is { } trailers && GrpcStatus.IsIn(trailers)
            ? new(GrpcStatus.Read(trailers), GrpcStatus.Metadata(trailers))
            : new(GatewayErrors.BackendLost(service, "The answer ended without a grpc-status."));
    }

    private GatewayError Explain(Http2Failure failure)
    {
        if (failure.Kind != Http2FailureKind.Cancelled)
            return FailureMap.FromHttp2(failure.Kind, service, failure.Text);
        return cancellation.DeadlinePassed && !call.Cancelled.IsCancellationRequested ? GatewayErrors.DeadlineExceeded() : GatewayErrors.CallerGone();
    }

    private static AnswerHead HeadOf(HeaderBlock head, string? encoding) => new(200, GrpcStatus.Metadata(head) ?? new CallHeaders(), encoding);
}
