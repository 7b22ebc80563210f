using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Guards.Sizes;
using ProtocolGateway.Telemetry;

namespace ProtocolGateway;

/// <summary>
/// The spine: every call of every edge goes through these stages in this order, so a policy on an operation holds whichever protocol asks for it.
/// Edges have resolved the operation before: only they know how their protocol names one.
/// </summary>
/// <param name="telemetry">Counts, times and logs.</param>
/// <param name="sizes">Refuses what is too large.</param>
/// <param name="dispatch">Speaks to the backend.</param>
public sealed class GatewayPipeline(CallTelemetry telemetry, SizeGuard sizes, CallHandler dispatch)
{
    /// <summary>Carries a call from its edge to its end. A <see cref="CallHandler"/>.</summary>
    public async ValueTask HandleAsync(GatewayCall call)
    {
        // Telemetry is outermost: refused calls are counted and logged too.
        var started = telemetry.Start(call);

        try
        {
            // Sizes before the backend is bothered; the last of the guards because it is the only one that needs the message.
            if (sizes.Check(call) is { } refused)
            {
                call.Error = refused;
                await call.OnEndAsync(refused, null);
            }
            else
            {
                // Dispatch is the last stage: it picks the instance, and completes when the call has ended.
                await dispatch(call);
            }
        }
        catch (Exception bug)
        {
            // What the backend did no longer matters; the edge says the rest, for it alone knows what the client has.
            call.Error = GatewayErrors.Bug(bug);
            throw;
        }
        finally
        {
            telemetry.End(call, started);
        }
    }
}
