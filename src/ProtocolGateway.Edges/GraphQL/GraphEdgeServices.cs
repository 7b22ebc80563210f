using Microsoft.Extensions.Logging;

namespace ProtocolGateway.Edges.GraphQL;

/// <summary>What the edge needs of the program.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Loggers">The loggers.</param>
/// <param name="Stopping">Fires when the program is told to stop: streams end, sockets close when their queries have been answered.</param>
/// <param name="Retired">Fires when newer configuration has taken over: sockets close once nothing runs on them.</param>
public sealed record GraphEdgeServices(TimeProvider Time, ILoggerFactory Loggers, CancellationToken Stopping, CancellationToken Retired);
