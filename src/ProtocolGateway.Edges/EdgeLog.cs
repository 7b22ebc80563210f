using Microsoft.Extensions.Logging;

namespace ProtocolGateway.Edges;

/// <summary>What the edges log, whatever they speak. Ids 2000 to 2099.</summary>
internal static partial class EdgeLog
{
    [LoggerMessage(2001, LogLevel.Error, "Incident {IncidentId}: the gateway failed on {Operation}: {Failure}")]
    public static partial void GatewayFailed(ILogger log, string incidentId, string operation, string failure);

    [LoggerMessage(2002, LogLevel.Warning, "Incident {IncidentId}: {Operation} failed behind the gateway: {Failure}")]
    public static partial void BackendFailed(ILogger log, string incidentId, string operation, string failure);

    [LoggerMessage(2003, LogLevel.Warning, "The answer of {Operation} broke off after its head was sent: {Failure}")]
    public static partial void BrokenOff(ILogger log, string operation, string failure);
}
