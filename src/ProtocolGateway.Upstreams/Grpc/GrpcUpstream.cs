using System.Net.Http;
using System.Runtime.CompilerServices;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>Speaks gRPC to backends: messages travel as they are, only frames are put on and taken off.</summary>
internal static class GrpcUpstream
{
    /// <summary>Carries one call. Does not call OnEndAsync: the result says what to call it with.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<CallEnd> SendAsync(
        GatewayCall call, string service, InstanceTransport transport, UpstreamOptions options, CallCancellation cancellation)
    {
        using var content = new GrpcContent(call, cancellation, options.GzipRequests);
        var exchange = new GrpcExchange(call, service, options, cancellation);
        CallEnd end;
        try
        {
            using var request = GrpcRequest.Create(call, transport, content, options.GzipRequests);
            using var response = await transport.Invoker.SendAsync(request, cancellation.Token);
            end = await exchange.ReceiveAsync(response);
        }
        catch (Exception exception)
        {
            end = new(exchange.Explain(exception));
        }

        await content.FinishAsync();
        return end.Error is not null && content.RequestError is { } requestError ? new(requestError) : end;
    }
}
