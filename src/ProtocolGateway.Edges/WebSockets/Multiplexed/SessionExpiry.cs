namespace ProtocolGateway.Edges.WebSockets.Multiplexed;

/// <summary>Tells a session that what proves who its caller is ends soon, and when it has.</summary>
/// <param name="time">The clock.</param>
/// <param name="notice">Told some time before, with the seconds that are left.</param>
/// <param name="end">Told when it has been over for a while.</param>
internal sealed class SessionExpiry(TimeProvider time, Action<int> notice, Action end) : IDisposable
{
    /// <summary>How long before the end the client is told: as long as a page may need to ask its user.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromSeconds(60);

    /// <summary>How long after the end a client may still come with something new; what Centrifugo gives.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);

    // What a timer can count, and some.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private readonly Lock _lock = new();
    private ITimer? _timer;
    private DateTimeOffset? _end;
    private bool _told;

    /// <summary>The end is then; null for none.</summary>
    public void Set(DateTimeOffset? at)
    {
        lock (_lock)
        {
            (_end, _told) = (at, false);
            Arm();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_lock)
        {
            _end = null;
            _timer?.Dispose();
        }
    }

    private void Arm()
    {
        if (_end is not { } at)
        {
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var left = (_told ? at + Grace : at - Notice) - time.GetUtcNow();
        var wait = left < TimeSpan.Zero ? TimeSpan.Zero : left < Longest ? left : Longest;
        if (_timer is null)
            _timer = time.CreateTimer(static self => ((SessionExpiry)self!).OnTimer(), this, wait, Timeout.InfiniteTimeSpan);
        else
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        Action? act = null;
        lock (_lock)
        {
            if (_end is not { } at)
                return;
            var now = time.GetUtcNow();
            if (_told && now >= at + Grace)
            {
                _end = null;
                act = end;
            }
            else if (!_told && now >= at - Notice)
            {
                _told = true;
                var seconds = Math.Max(0, (int)(at - now).TotalSeconds);
                act = () => notice(seconds);
            }

            Arm();
        }

        act?.Invoke();
    }
}
