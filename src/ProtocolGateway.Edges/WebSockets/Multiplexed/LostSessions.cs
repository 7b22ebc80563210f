using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Edges.WebSockets.Multiplexed.Frames;

namespace ProtocolGateway.Edges.WebSockets.Multiplexed;

/// <summary>The resumable sessions by their secret names; those that have lost their connection are kept for a while.</summary>
/// <param name="options">How many, and for how long.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Told of those that end.</param>
/// <param name="ended">Told of those that end while they are lost.</param>
internal sealed class LostSessions(WebSocketEdgeOptions options, TimeProvider time, ILogger log, Action<MultiplexedSession> ended)
{
    private readonly ConcurrentDictionary<string, Entry> _sessions = new(StringComparer.Ordinal);
    private int _lost;

    /// <summary>A name that no one can guess.</summary>
    public static string NewToken() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>A resumable session has begun.</summary>
    public void Add(MultiplexedSession session) => _sessions[session.Token] = new(session);

    /// <summary>A session has ended.</summary>
    public void Remove(MultiplexedSession session) => _sessions.TryRemove(session.Token, out _);

    /// <summary>
    /// The session of that name, for a client that has so many frames of it; null where there is none, or none that can go on. The caller goes on with it:
    /// a connection that it still has is closed, and nobody reads from that any more.
    /// </summary>
    public async Task<MultiplexedSession?> TakeAsync(string token, FrameForm form, ulong received)
    {
        if (!_sessions.TryGetValue(token, out var entry) || entry.Session.Output.Form != form)
            return null;
        var session = entry.Session;
        // Its connection may be dead without anybody having noticed; whoever knows the name has the session.
        if (session.Output.Socket is { } old)
            await ReplaceAsync(old, session.Reading);
        await session.Reading;
        lock (entry)
        {
            if (entry.IsOver || entry.Timer is null || !session.CanResume(received))
                return null;
            entry.Timer.Dispose();
            entry.Timer = null;
        }

        Interlocked.Decrement(ref _lost);
        return session;
    }

    /// <summary>A session has lost its connection: it ends when no other comes in time, or at once where too many wait.</summary>
    public void Keep(MultiplexedSession session)
    {
        if (!_sessions.TryGetValue(session.Token, out var entry))
            return;
        var full = Interlocked.Increment(ref _lost) > options.MaxLostSessions;
        lock (entry)
            entry.Timer = time.CreateTimer(_ => End(entry, "no connection came"), null, full || entry.IsOver ? TimeSpan.Zero : options.ResumeWindow, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends those that are lost, and keeps no more.</summary>
    public void EndAll()
    {
        foreach (var entry in _sessions.Values)
        {
            bool waits;
            lock (entry)
            {
                waits = entry.Timer is not null;
                entry.IsOver |= !waits;
            }

            if (waits)
                End(entry, "the gateway lets go");
        }
    }

    private async Task ReplaceAsync(ClientSocket old, Task reading)
    {
        _ = old.CloseAsync(MultiplexedCloses.Replaced);
        await Task.WhenAny(reading, Task.Delay(ClientAnswer.BeforeAbort, time));
        old.CutOff();
    }

    private void End(Entry entry, string reason)
    {
        lock (entry)
        {
            if (entry.Timer is null)
                return;
            entry.Timer.Dispose();
            entry.Timer = null;
            entry.IsOver = true;
        }

        Interlocked.Decrement(ref _lost);
        Remove(entry.Session);
        ended(entry.Session);
        WebSocketEdgeLog.SessionEnded(log, reason);
        _ = entry.Session.FinishAsync(SocketClose.GoingAway);
    }

    private sealed class Entry(MultiplexedSession session)
    {
        public MultiplexedSession Session => session;

        // Runs while the session has no connection.
        public ITimer? Timer { get; set; }

        public bool IsOver { get; set; }
    }
}
