using Microsoft.Extensions.Logging;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.WebSockets.FanIn;

/// <summary>The streams of one path: opened with the first connections, opened again when they are lost, and given the connections that have none.</summary>
internal sealed class FanInStreams(FanInHub hub, CallHandler pipeline, WebSocketEdgeServices services, ILogger log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    // A service that is started again is found within seconds.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<FanInStream> _open = [];
    private readonly HashSet<FanInConnection> _homeless = [];
    private TimeSpan _pause = FirstPause;
    private bool _isWaiting;

    /// <summary>Waits until a stream has room for another connection: else clients that come and go would fill the memory where a service takes nothing.</summary>
    public ValueTask RoomAsync(CancellationToken gone)
    {
        lock (_lock)
            return _open.Count < hub.Options.Streams ? default : Least().Events.RoomAsync(gone);
    }

    /// <summary>Gives a connection a stream.</summary>
    public void Attach(FanInConnection connection)
    {
        lock (_lock)
        {
            // While the service is not there, a stream for each client that comes would only be refused.
            if (_isWaiting && _open.Count == 0)
                _homeless.Add(connection);
            else
                connection.Attach(Least());
        }
    }

    /// <summary>A connection has ended.</summary>
    public void Forget(FanInConnection connection)
    {
        lock (_lock)
            _homeless.Remove(connection);
    }

    /// <summary>The service has spoken on a stream: connections that wait can have it.</summary>
    public void Up(FanInStream stream)
    {
        lock (_lock)
        {
            _pause = FirstPause;
            if (_open.Contains(stream))
                House();
        }
    }

    // The stream with the fewest connections, of those on which the service has spoken where there are any; one more as long as there may be, unless one was
    // lost just now.
    private FanInStream Least()
    {
        if (_open.Count < hub.Options.Streams && !_isWaiting)
            Open();
        var up = _open.Where(static s => s.IsUp);
        return (up.Any() ? up : _open).MinBy(static s => s.Count)!;
    }

    private void Open()
    {
        var stream = FanInStream.Create(hub);
        _open.Add(stream);
        _ = RunAsync(stream);
    }

    private async Task RunAsync(FanInStream stream)
    {
        // Off the stack of whoever holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using (stream)
        {
            try
            {
                await pipeline(stream);
            }
            catch (Exception bug)
            {
                Incidents.Note(log, GatewayErrors.Bug(bug), stream, stream.Operation.FullName);
            }

            Ended(stream);
        }
    }

    private void Ended(FanInStream stream)
    {
        lock (_lock)
        {
            _open.Remove(stream);
            var orphans = stream.RemoveAll();
            if (orphans.Count == 0)
                return;
            WebSocketEdgeLog.StreamLost(log, hub.Options.Path, orphans.Count, stream.Loss);
            var now = services.Time.GetTimestamp();
            foreach (var orphan in orphans)
            {
                orphan.Lost(stream, now);
                _homeless.Add(orphan);
            }

            // First, so that those who come over do not open the next one at once.
            WaitThenOpen();
            if (_open.Exists(static s => s.IsUp))
                House();
        }
    }

    private void House()
    {
        foreach (var connection in _homeless)
            connection.Attach(Least());
        _homeless.Clear();
    }

    private void WaitThenOpen()
    {
        if (_isWaiting)
            return;
        _isWaiting = true;
        _ = OpenLaterAsync(_pause + TimeSpan.FromMilliseconds(services.Spread(_pause)));
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    private async Task OpenLaterAsync(TimeSpan pause)
    {
        await Task.Delay(pause, services.Time);
        List<FanInConnection> given;
        lock (_lock)
        {
            _isWaiting = false;
            given = [.. _homeless.Where(c => c.HomelessSince is { } since && services.Time.GetElapsedTime(since) > hub.Options.Patience)];
            _homeless.ExceptWith(given);
            if (_open.Count < hub.Options.Streams)
                Open();
            House();
        }

        given.ForEach(static c => c.End(FanInCloses.Unavailable));
    }
}
