using Microsoft.Extensions.Logging;

namespace ProtocolGateway.Edges.WebSockets;

/// <summary>What the WebSocket edge logs. Ids 2200 to 2299.</summary>
internal static partial class WebSocketEdgeLog
{
    [LoggerMessage(2201, LogLevel.Debug, "A WebSocket was closed with {Code}: {Reason}")]
    public static partial void Closed(ILogger log, int code, string reason);

    [LoggerMessage(2202, LogLevel.Debug, "A session that lost its connection has ended: {Reason}")]
    public static partial void SessionEnded(ILogger log, string reason);

    [LoggerMessage(2203, LogLevel.Warning, "A stream of {Path} is lost; {Connections} connections go to another: {Reason}")]
    public static partial void StreamLost(ILogger log, string path, int connections, string reason);
}
