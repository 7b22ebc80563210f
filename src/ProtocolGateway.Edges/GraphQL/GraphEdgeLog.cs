using Microsoft.Extensions.Logging;

namespace ProtocolGateway.Edges.GraphQL;

/// <summary>What the GraphQL edge logs. Ids 2100 to 2199.</summary>
internal static partial class GraphEdgeLog
{
    [LoggerMessage(2101, LogLevel.Warning, "Incident {IncidentId}: {Operation} failed behind the gateway: {Failure}")]
    public static partial void CallFailed(ILogger log, string incidentId, string operation, string failure);

    [LoggerMessage(2102, LogLevel.Warning, "Incident {IncidentId}: an answer does not fit its contract: {Problem}")]
    public static partial void BadValue(ILogger log, string incidentId, string problem);

    [LoggerMessage(2151, LogLevel.Debug, "A WebSocket was closed with {Code}: {Reason}")]
    public static partial void SocketClosed(ILogger log, int code, string reason);
}
