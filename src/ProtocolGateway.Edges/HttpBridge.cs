using System.Collections.Concurrent;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>
/// The spine as edges see it whose calls carry protobuf: a call of an operation with a <see cref="Operation.View"/> is made as the HTTP call that it stands for,
/// and its answer becomes one message; all others pass as they are. What goes through the spine is the native operation, so what is set for it holds.
/// </summary>
public sealed class HttpBridge(CallHandler pipeline, HttpBridgeOptions options)
{
    private readonly ConcurrentDictionary<Operation, HttpBridgePlan> _plans = new();

    /// <summary>Carries a call to its end. A <see cref="CallHandler"/>.</summary>
    public ValueTask HandleAsync(GatewayCall call) => call.Operation.View is { } view ? BridgeAsync(call, view) : pipeline(call);

    private async ValueTask BridgeAsync(GatewayCall call, RpcView view)
    {
        var plan = _plans.GetOrAdd(call.Operation, static (_, of) => new HttpBridgePlan(of), view);
        using var inner = new HttpBridgeCall(call, plan, options.MaxAnswerBytes)
        {
            Operation = view.Native,
            Edge = call.Edge,
            Cancelled = call.Cancelled,
            CallerAddress = call.CallerAddress,
            Deadline = call.Deadline,
        };
        if (await PrepareAsync(call, plan, inner) is { } error)
        {
            call.Error = error;
            await call.OnEndAsync(error, null);
            return;
        }

        await pipeline(inner);
    }

    private static async ValueTask<GatewayError?> PrepareAsync(GatewayCall call, HttpBridgePlan plan, HttpBridgeCall inner)
    {
        if (call.TryGetSingleMessage(out var single))
            return plan.Write(single, inner);
        using var message = new PooledBuffer();
        try
        {
            if (!await call.ReadMessageAsync(message, call.Cancelled))
                return GatewayErrors.MessageCount("none");
            using var more = new PooledBuffer();
            if (await call.ReadMessageAsync(more, call.Cancelled))
                return GatewayErrors.MessageCount("more");
        }
        catch (GatewayCallException exception)
        {
            return exception.Error;
        }
        catch (OperationCanceledException)
        {
            return GatewayErrors.CallerGone();
        }

        return plan.Write(new(message.WrittenMemory), inner);
    }
}

/// <summary>The settings of <see cref="HttpBridge"/>.</summary>
public sealed record HttpBridgeOptions
{
    /// <summary>The largest answer of an HTTP service that is read, in bytes. 16 MiB: four times what gRPC clients take unless told otherwise.</summary>
    public int MaxAnswerBytes { get; init; } = 16 * 1024 * 1024;
}
