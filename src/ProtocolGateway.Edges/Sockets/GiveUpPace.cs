namespace ProtocolGateway.Edges.Sockets;

/// <summary>
/// How fast a client may give calls up. A call that is given up frees its place at once, so a limit of calls at a time bounds nothing where a client opens and
/// cancels without end (HTTP/2's "rapid reset", CVE-2023-44487): each costs the service a call. One that gives up more than a second's worth is not read from until
/// it has come back to that pace. A client never loses anything by it, and a page that cancels all it has at once feels nothing.
/// </summary>
internal struct GiveUpPace
{
    // When all that was given up would have been so at the pace that is allowed; a timestamp.
    private long _paid;

    /// <summary>A call was given up. From any thread.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="perSecond">How many may be.</param>
    public void Count(TimeProvider time, int perSecond)
    {
        var step = Math.Max(1, time.TimestampFrequency / perSecond);
        while (true)
        {
            var before = Volatile.Read(ref _paid);
            if (Interlocked.CompareExchange(ref _paid, Math.Max(before, time.GetTimestamp()) + step, before) == before)
                return;
        }
    }

    /// <summary>Waits until the client may be read from again.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="socket">Its socket: when that is about to end, nothing is waited for any more.</param>
    public readonly ValueTask WaitAsync(TimeProvider time, ClientSocket socket)
    {
        if (_paid == 0)
            return default;
        // A second's worth may be given up at once.
        var ahead = _paid - time.GetTimestamp() - time.TimestampFrequency;
        return ahead <= 0 ? default : WaitAsync(time.GetElapsedTime(0, ahead), time, socket.Gone);
    }

    private static async ValueTask WaitAsync(TimeSpan wait, TimeProvider time, CancellationToken gone) =>
        await Task.Delay(wait + TimeSpan.FromMilliseconds(1), time, gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
