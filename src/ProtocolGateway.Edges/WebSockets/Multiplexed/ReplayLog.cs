namespace ProtocolGateway.Edges.WebSockets.Multiplexed;

/// <summary>The counted frames of a session that its client has not acknowledged: what is sent again when the session is resumed.</summary>
/// <param name="maxBytes">When so much waits, streams do too.</param>
internal sealed class ReplayLog(int maxBytes)
{
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
            _frames.Enqueue(frame.ToArray());
            _bytes += frame.Length;
        }
    }

    /// <summary>Forgets what the client has; false for a number that it cannot have.</summary>
    /// <param name="received">How many counted frames the client has received in the session.</param>
    public bool TryTrim(ulong received)
    {
        lock (_lock)
        {
            if (received < _acknowledged || received - _acknowledged > (ulong)_frames.Count)
                return false;
            for (; _acknowledged < received; _acknowledged++)
                _bytes -= _frames.Dequeue().Length;
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
        {
            _isClosed = true;
            _frames.Clear();
            _bytes = 0;
            Wake();
        }
    }

    private void Wake()
    {
        _room?.TrySetResult();
        _room = null;
    }
}
