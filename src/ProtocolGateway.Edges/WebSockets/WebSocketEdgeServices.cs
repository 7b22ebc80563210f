using Microsoft.Extensions.Logging;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Edges.WebSockets;

/// <summary>What the edge needs of the program.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Loggers">The loggers.</param>
/// <param name="Random">Spreads the moments at which clients come back; used under a lock.</param>
/// <param name="Stopping">Fires when the program is told to stop.</param>
/// <param name="Retired">Fires when newer configuration has taken over.</param>
public sealed record WebSocketEdgeServices(TimeProvider Time, ILoggerFactory Loggers, Random Random, CancellationToken Stopping, CancellationToken Retired)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    /// <summary>Looks at a caller when he opens a socket, and when he comes with new headers; null where no guard does.</summary>
    public CallerCheck? Check { get; init; }

    /// <summary>Acts some time after what proves who a caller is has ended, where nothing can be said to him before; null where it never ends.</summary>
    internal ITimer? AfterEnd(CallerTerm term, TimeSpan grace, Action act)
    {
        if (term.Expires is not { } at)
            return null;
        var wait = at + grace - Time.GetUtcNow();
        // A timer's own limit is 49 days; no credential that a connection outlives is good for longer.
        wait = wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        return Time.CreateTimer(static act => ((Action)act!)(), act, wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A moment of that time, in milliseconds; another for each who asks.</summary>
    internal int Spread(TimeSpan time)
    {
        lock (Random)
            return Random.Next((int)time.TotalMilliseconds + 1);
    }
}
