namespace ProtocolGateway.Edges.WebSockets.Multiplexed;

/// <summary>
/// The counted frames of a session that its client has not acknowledged: what is sent again when the session is resumed. A log that cannot keep what it must
/// gives up: the session goes on, and cannot be resumed any more.
/// </summary>
/// <param name="maxBytes">When so much waits, streams do too. What cannot wait for them goes on to twice as much.</param>
/// <param name="budget">What the logs of all sessions may hold.</param>
internal sealed class ReplayLog(int maxBytes, QueueBudget budget)
{
    // What a kept frame takes beside its bytes: an array, and its place in the queue. Without it, a log of tiny frames would take many times what it may.
    private const int Overhead = 32;

    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _frames = new();
    private ulong _acknowledged;
    private long _bytes;
    private bool _isClosed;
    private TaskCompletionSource? _room;

    /// <summary>Another frame may be sent.</summary>
    public bool HasRoom
    {
        get
        {
            lock (_lock)
                return _isClosed || _bytes < maxBytes;
        }
    }

    /// <summary>Nothing is kept any more.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock)
                return _isClosed;
        }
    }

    /// <summary>The frames, oldest first.</summary>
    public byte[][] Frames
    {
        get
        {
            lock (_lock)
                return [.. _frames];
        }
    }

    /// <summary>Keeps a frame that is about to be sent.</summary>
    public void Add(ReadOnlySpan<byte> frame)
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            var size = frame.Length + Overhead;
            if ((_bytes > 0 && _bytes + size > 2L * maxBytes) || !budget.TryTake(size))
            {
                CloseLocked();
                return;
            }

            _frames.Enqueue(frame.ToArray());
            _bytes += size;
        }
    }

    /// <summary>Forgets what the client has; false for a number that it cannot have.</summary>
    /// <param name="received">How many counted frames the client has received in the session.</param>
    public bool TryTrim(ulong received)
    {
        lock (_lock)
        {
            if (_isClosed)
                return true;
            if (received < _acknowledged || received - _acknowledged > (ulong)_frames.Count)
                return false;
            var before = _bytes;
            for (; _acknowledged < received; _acknowledged++)
                _bytes -= _frames.Dequeue().Length + Overhead;
            budget.Return(before - _bytes);
            if (_bytes < maxBytes)
                Wake();
            return true;
        }
    }

    /// <summary>Ends when there may be room.</summary>
    public Task RoomAsync()
    {
        lock (_lock)
        {
            if (_isClosed || _bytes < maxBytes)
                return Task.CompletedTask;
            _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>Nothing will be sent again: nobody waits any more.</summary>
    public void Close()
    {
        lock (_lock)
            CloseLocked();
    }

    private void CloseLocked()
    {
        _isClosed = true;
        budget.Return(_bytes);
        _frames.Clear();
        // The queue's own array may be as large as what it held.
        _frames.TrimExcess();
        _bytes = 0;
        Wake();
    }

    private void Wake()
    {
        _room?.TrySetResult();
        _room = null;
    }
}
