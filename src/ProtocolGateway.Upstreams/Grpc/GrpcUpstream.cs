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
        GatewayCall call, string service, GrpcTransport transport, UpstreamOptions options, CallCancellation cancellation)
    {
        var end = await TryAsync();
        // The peer promises that it has not looked at the request, as when it is being restarted: once more, on another connection.
        return end.Repeat ? (await TryAsync()).End : end.End;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        async ValueTask<(CallEnd End, bool Repeat)> TryAsync()
        {
            var exchange = new GrpcExchange(call, service, options, cancellation);
            try
            {
                return (await exchange.RunAsync(transport), exchange.MayRepeat);
            }
            catch (Exception exception)
            {
                return (new(exchange.Explain(exception)), false);
            }
        }
    }
}
