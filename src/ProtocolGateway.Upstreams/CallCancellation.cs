using System.Collections.Concurrent;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Upstreams;

/// <summary>Joins the caller's hang-up and the deadline of one call into one token; pooled with its timer, because nearly every call needs one.</summary>
internal sealed class CallCancellation : IDisposable
{
    // Timer's own limit is 2^32 - 2 ms; a month is as good as never for one arming, as an early callback arms it again.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    private readonly CancellationTokenSource _source = new();
    private readonly TimeProvider _time;
    private ITimer? _timer;
    private CancellationTokenRegistration _registration;
    private Deadline _deadline;
    private volatile bool _deadlinePassed;

    private CallCancellation(TimeProvider time) => _time = time;

    /// <summary>Fires on the caller's hang-up, the deadline, or <see cref="Cancel"/>.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>The deadline was what fired.</summary>
    public bool DeadlinePassed => _deadlinePassed;

    /// <summary>Breaks the exchange off.</summary>
    public void Cancel() => _source.Cancel();

    /// <inheritdoc />
    public void Dispose()
    {
        _timer?.Dispose();
        _source.Dispose();
    }

    private void Start(GatewayCall call)
    {
        _deadlinePassed = false;
        _deadline = call.Deadline;
        _registration = call.Cancelled.UnsafeRegister(static state => ((CallCancellation)state!)._source.Cancel(), this);
        if (!_deadline.IsSet)
            return;
        _timer ??= _time.CreateTimer(static state => ((CallCancellation)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Arm(_deadline.Left);
    }

    private void Arm(TimeSpan left)
    {
        // Rounded up, for a timer that fires a fraction too early would be armed a second time.
        var wait = TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
        _timer!.Change(wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }

    // A callback may come late, when this already serves another call: only the deadline that holds now decides.
    private void OnTimer()
    {
        if (!_deadline.IsSet)
            return;
        var left = _deadline.Left;
        if (left > TimeSpan.Zero)
        {
            Arm(left);
            return;
        }

        _deadlinePassed = true;
        _source.Cancel();
    }

    private bool Stop()
    {
        _registration.Dispose();
        _registration = default;
        if (_deadline.IsSet)
            _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _deadline = Deadline.None;
        if (_source.TryReset())
            return true;
        Dispose();
        return false;
    }

    /// <summary>The pool.</summary>
    internal sealed class Pool(TimeProvider time)
    {
        // Enough for the calls that two cores keep in flight; more are simply made anew.
        private const int Most = 256;
        private readonly ConcurrentQueue<CallCancellation> _idle = new();
        private int _count;

        public CallCancellation Rent(GatewayCall call)
        {
            if (_idle.TryDequeue(out var cancellation))
                Interlocked.Decrement(ref _count);
            else
                cancellation = new CallCancellation(time);
            cancellation.Start(call);
            return cancellation;
        }

        public void Return(CallCancellation cancellation)
        {
            if (!cancellation.Stop())
                return;
            if (Interlocked.Increment(ref _count) <= Most)
            {
                _idle.Enqueue(cancellation);
                return;
            }

            Interlocked.Decrement(ref _count);
            cancellation.Dispose();
        }
    }
}
