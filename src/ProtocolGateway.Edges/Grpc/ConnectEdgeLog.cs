using Microsoft.Extensions.Logging;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>What the Connect edge logs. Ids 2300 to 2349.</summary>
internal static partial class ConnectEdgeLog
{
    [LoggerMessage(2301, LogLevel.Error, "Incident {IncidentId}: the gateway failed on {Operation}: {Failure}")]
    public static partial void GatewayFailed(ILogger log, string incidentId, string operation, string failure);

    [LoggerMessage(2302, LogLevel.Warning, "Incident {IncidentId}: {Operation} failed behind the gateway: {Failure}")]
    public static partial void BackendFailed(ILogger log, string incidentId, string operation, string failure);
}
