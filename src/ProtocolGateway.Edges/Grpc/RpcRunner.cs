using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>Sends calls through the spine, and answers what hinders them.</summary>
internal sealed class RpcRunner(CallHandler pipeline, TimeProvider time, ILogger log)
{
    /// <summary>Carries out a call.</summary>
    /// <param name="context">The request.</param>
    /// <param name="call">The call.</param>
    /// <param name="ready">Ends when its request is there, or with what is wrong with that.</param>
    public async Task RunAsync(HttpContext context, RpcCall call, ValueTask<GatewayError?> ready)
    {
        try
        {
            if (await ready is { } error)
                await call.FailAsync(error);
            else
                await pipeline(call);
        }
        catch (Exception bug)
        {
            await BugAsync(context, call, GatewayErrors.Bug(bug));
        }
    }

    private async ValueTask BugAsync(HttpContext context, RpcCall call, GatewayError error)
    {
        if (!ClientAnswer.HasBegun(context))
        {
            await call.FailAsync(error);
            return;
        }

        Incidents.Note(log, error, call, call.Operation.FullName);
        EdgeLog.BrokenOff(log, call.Operation.FullName, error.Reason);
        await ClientAnswer.BreakOffAsync(context, time);
    }
}
