using System.Buffers;
using System.Collections.Frozen;
using Google.Protobuf;
using Grpc.Health.V1;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Buffers;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace ProtocolGateway.OwnServices;

/// <summary>
/// grpc.health.v1: the gateway as a whole ("") and each service that it serves are well until the gateway begins to stop. Whether a service's
/// instances can be reached is not asked: readiness on the admin listener tells.
/// </summary>
internal sealed class HealthAnswers(Catalog catalog, CancellationToken draining)
{
    private readonly FrozenSet<string> _services = catalog.RpcOperations.Select(static o => o.ServiceName).Append("").ToFrozenSet(StringComparer.Ordinal);

    private Status Current => draining.IsCancellationRequested ? Status.NotServing : Status.Serving;

    /// <summary>An <see cref="OwnService"/>.</summary>
    public async ValueTask<GatewayError?> AnswerAsync(GatewayCall call, CancellationToken cancel)
    {
        using var message = new PooledBuffer();
        if (!await OwnMessages.ReadAsync(call, message, cancel))
            return GatewayErrors.MessageCount("none");
        if (OwnMessages.Parse(HealthCheckRequest.Parser, message) is not { } request)
            return GatewayErrors.InvalidInput("The message cannot be read.");
        if (call.Operation.Name == "Watch")
            return await WatchAsync(call, request, cancel);
        if (call.Operation.Name != "Check")
            return GatewayErrors.NoSuchMethod(call.Operation.GrpcPath);
        if (!_services.Contains(request.Service))
            return GatewayErrors.NoSuchService();
        await call.OnHeadAsync(new AnswerHead(200, new()));
        await OwnMessages.SendAsync(call, new HealthCheckResponse { Status = Current });
        return null;
    }

    // The status now, and once more when it changes; then until the stream ends. What is known changes with the configuration, which ends it.
    private async ValueTask<GatewayError?> WatchAsync(GatewayCall call, HealthCheckRequest request, CancellationToken cancel)
    {
        await call.OnHeadAsync(new AnswerHead(200, new()));
        var known = _services.Contains(request.Service);
        var status = known ? Current : Status.ServiceUnknown;
        await OwnMessages.SendAsync(call, new HealthCheckResponse { Status = status });
        if (status == Status.Serving)
        {
            using var change = CancellationTokenSource.CreateLinkedTokenSource(cancel, draining);
            await Task.Delay(Timeout.InfiniteTimeSpan, change.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // Both at once is how a gateway stops that has no time to drain: its clients are told all the same.
            if (draining.IsCancellationRequested && !call.Cancelled.IsCancellationRequested)
                await OwnMessages.SendAsync(call, new HealthCheckResponse { Status = Status.NotServing });
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
        return null;
    }
}
