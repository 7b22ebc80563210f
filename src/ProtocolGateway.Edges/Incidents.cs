using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>The ids that join an answer and the log.</summary>
internal static class Incidents
{
    /// <summary>Sixteen hex digits that no one can guess.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>An incident is worth an id where the caller can do nothing about it, or is not told all; a backend's own 404 is an answer.</summary>
    public static bool Is(GatewayError error) => error.Blame != Blame.Caller && (error.EffectiveHttpStatus >= 500 || error.Cause is not null);

    /// <summary>Logs an error that is an incident, under an id for the answer; null for one that is none.</summary>
    /// <param name="log">The edge's log.</param>
    /// <param name="error">The error.</param>
    /// <param name="call">The call that failed, which keeps the id; null where there is none yet.</param>
    /// <param name="what">What was asked for.</param>
    public static string? Note(ILogger log, GatewayError error, GatewayCall? call, string what)
    {
        // A fault of ours is told even where the call has failed before: it is another one.
        if ((call?.IncidentId is not null && error.Blame != Blame.Gateway) || !Is(error))
            return call?.IncidentId;
        var id = call?.IncidentId ?? NewId();
        if (call is not null)
            call.IncidentId = id;
        if (error.Blame == Blame.Gateway)
            EdgeLog.GatewayFailed(log, id, what, error.ToString());
        else
            EdgeLog.BackendFailed(log, id, what, error.ToString());
        return id;
    }
}
