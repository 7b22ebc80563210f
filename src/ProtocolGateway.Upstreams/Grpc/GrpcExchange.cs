using System.Buffers;
using System.Net.Http;
using System.Runtime.CompilerServices;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>The answer's side of one call.</summary>
internal sealed class GrpcExchange(GatewayCall call, string service, UpstreamOptions options, CallCancellation cancellation)
{
    private bool _headSeen;
    private bool _inEdge;

    /// <summary>Reads the answer and gives it to the edge.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<CallEnd> ReceiveAsync(HttpResponseMessage response)
    {
        _headSeen = true;
        if (CheckHead(response) is { } wrong)
            return new(wrong);
        if (GrpcStatus.IsIn(response.Headers))
            return await OnTrailersOnlyAsync(response);

        var gzip = AnswerHeaders.First(response.Headers, "grpc-encoding") is "gzip";
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation.Token);
        using var frames = new FrameReader(stream, options.MaxAnswerMessageBytes, service, gzip);
        return call.Operation.Shape is Shape.Unary or Shape.ClientStreaming
            ? await ReceiveOneAsync(response, frames)
            : await ReceiveManyAsync(response, frames);
    }

    /// <summary>What an exception of the exchange means.</summary>
    public GatewayError Explain(Exception exception)
    {
        if (call.Cancelled.IsCancellationRequested)
            return GatewayErrors.CallerGone();
        if (_inEdge)
            return FailureMap.FromEdge(exception);
        return cancellation.DeadlinePassed ? GatewayErrors.DeadlineExceeded() : FailureMap.FromBackend(exception, service, _headSeen);
    }

    // The message waits for the status: an answer that fails after its message is a failure, and no edge could take the message back.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CallEnd> ReceiveOneAsync(HttpResponseMessage response, FrameReader frames)
    {
        var any = await frames.ReadAsync(cancellation.Token);
        if (frames.Error is { } error)
            return new(error);
        if (any && !await frames.AtEndAsync(cancellation.Token))
            return new(GatewayErrors.BackendProtocol(service, "More than one message answers a call that takes one."));
        var end = ReadEnd(response);
        await GiveHeadAsync(response);
        if (end.Error is not null)
            return end;
        if (!any)
            return new(GatewayErrors.BackendProtocol(service, "The status is OK, but no message came."));
        await GiveMessageAsync(frames.Message);
        return end;
    }

    private async ValueTask<CallEnd> ReceiveManyAsync(HttpResponseMessage response, FrameReader frames)
    {
        await GiveHeadAsync(response);
        while (await frames.ReadAsync(cancellation.Token))
            await GiveMessageAsync(frames.Message);
        return frames.Error is { } error ? new(error) : ReadEnd(response);
    }

    private async ValueTask<CallEnd> OnTrailersOnlyAsync(HttpResponseMessage response)
    {
        var error = GrpcStatus.Read(response.Headers);
        var trailers = GrpcStatus.Trailers(response.Headers);
        if (error is not null)
            return new(error, trailers);
        if (call.Operation.Shape is Shape.Unary or Shape.ClientStreaming)
            return new(GatewayErrors.BackendProtocol(service, "The status is OK, but no message came."));
        _inEdge = true;
        await call.OnHeadAsync(new AnswerHead(200, new CallHeaders()));
        _inEdge = false;
        return new(null, trailers);
    }

    private GatewayError? CheckHead(HttpResponseMessage response)
    {
        var type = AnswerHeaders.First(response.Content.Headers, "Content-Type");
        var status = (int)response.StatusCode;
        var isGrpc = IsGrpc(type);
        // http-grpc-status-mapping: only for answers that lack a grpc-status. Some servers leave the type off where only trailers come.
        if (GrpcStatus.IsIn(response.Headers) && (isGrpc || type is null))
            return null;
        if (status != 200)
            return GatewayErrors.BrokenProxy(service, status);
        return isGrpc ? null : GatewayErrors.BackendProtocol(service, $"The content type is \"{type}\".");
    }

    private static bool IsGrpc(string? type)
    {
        const string Name = "application/grpc";
        return type is not null
            && type.StartsWith(Name, StringComparison.OrdinalIgnoreCase)
            && (type.Length == Name.Length || type[Name.Length] is '+' or ';' or ' ');
    }

    private CallEnd ReadEnd(HttpResponseMessage response)
    {
        var trailers = response.TrailingHeaders;
        return GrpcStatus.IsIn(trailers)
            ? new(GrpcStatus.Read(trailers), GrpcStatus.Trailers(trailers))
            : new(GatewayErrors.BackendLost(service, "The answer ended without a grpc-status."));
    }

    private async ValueTask GiveHeadAsync(HttpResponseMessage response)
    {
        var headers = new CallHeaders();
        AnswerHeaders.CopyTo(headers, response.Headers, GrpcStatus.IsMetadata);
        AnswerHeaders.CopyTo(headers, response.Content.Headers, GrpcStatus.IsMetadata);
        _inEdge = true;
        await call.OnHeadAsync(new AnswerHead(200, headers));
        _inEdge = false;
    }

    private async ValueTask GiveMessageAsync(ReadOnlySequence<byte> message)
    {
        _inEdge = true;
        await call.OnMessageAsync(message);
        _inEdge = false;
    }
}
