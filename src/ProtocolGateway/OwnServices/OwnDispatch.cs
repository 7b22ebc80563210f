using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.OwnServices;

/// <summary>Answers one call of the gateway's own services; null for success.</summary>
/// <param name="call">The call.</param>
/// <param name="cancel">Fires when the client has gone, its time is over, or the gateway's configuration or life is.</param>
internal delegate ValueTask<GatewayError?> OwnService(GatewayCall call, CancellationToken cancel);

/// <summary>The last stage of the spine for the gateway's own operations: no backend is asked.</summary>
internal sealed class OwnDispatch(OwnService reflection, OwnService health, TimeProvider time, CancellationToken ending)
{
    // Below what timers take; who has more time has all.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    /// <summary>Carries a call to its end. A <see cref="CallHandler"/>.</summary>
    public async ValueTask HandleAsync(GatewayCall call)
    {
        var error = await AnswerAsync(call);
        call.Error = error;
        await call.OnEndAsync(error, null);
    }

    private async ValueTask<GatewayError?> AnswerAsync(GatewayCall call)
    {
        var left = call.Deadline.Left;
        using var limit = new CancellationTokenSource(left < LongestWait ? left : Timeout.InfiniteTimeSpan, time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.Cancelled, ending);
        try
        {
            return await (OwnOperations.IsReflection(call.Operation) ? reflection : health)(call, any.Token);
        }
        catch (GatewayCallException refused)
        {
            return refused.Error;
        }
        catch (OperationCanceledException)
        {
            return call.Cancelled.IsCancellationRequested ? GatewayErrors.CallerGone()
                : limit.IsCancellationRequested ? GatewayErrors.TimeOver()
                : GatewayErrors.StreamMoved();
        }
        catch (Exception bug)
        {
            return GatewayErrors.Bug(bug);
        }
    }
}
