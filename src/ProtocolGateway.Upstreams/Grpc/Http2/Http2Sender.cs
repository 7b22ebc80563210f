using System.Buffers;
using System.Buffers.Binary;

namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>
/// The sending half of a connection: what waits to be sent, and how much may be. Frames are appended whole, under the connection's lock; one flush at a
/// time sends whatever has gathered, as a work item behind those that are queued already, so that calls which come together leave in one segment.
/// </summary>
/// <param name="transport">Where it goes.</param>
/// <param name="sync">The connection's lock: held by the caller of every member that says so.</param>
/// <param name="onSent">Called without the lock after each write.</param>
/// <param name="onBroken">Called without the lock when writing has failed.</param>
internal sealed class Http2Sender(Stream transport, Lock sync, Action onSent, Action<string> onBroken) : IThreadPoolWorkItem, IDisposable
{
    // From here on messages wait; what must be said at once (acknowledgements, resets) does not.
    private const int HighWater = 256 * 1024;

    // A peer that makes us answer this much and reads none of it is hostile.
    private const int Most = 4 * 1024 * 1024;

    // Larger buffers than an ordinary flush needs are given back after it.
    private const int KeptBuffer = 64 * 1024;

    // A peer that breaks the rules is told which; one that does not even read that is not waited for.
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(2);

    private const int FirstBuffer = 4 * 1024;
    private const long MostWindow = int.MaxValue;

    private readonly HashSet<Http2Stream> _blocked = [];
    private PooledBuffer _pending = new(FirstBuffer);
    private PooledBuffer _sending = new(FirstBuffer);
    private long _window = 65_535;
    private bool _flushing;
    private bool _closed;

    /// <summary>More waits than a well-meaning peer would cause. Under the lock.</summary>
    public bool IsFlooded => _pending.Length > Most;

    /// <summary>So much waits that no further stream should be opened here; half of what makes the peer hostile. Under the lock.</summary>
    public bool IsFull => _pending.Length > Most / 2;

    /// <summary>Appends the bytes with which a client begins (RFC 9113, section 3.4). Under the lock.</summary>
    public void Preface() => _pending.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);

    /// <summary>Appends a frame. Under the lock.</summary>
    public void Frame(Http2FrameType type, byte flags, int streamId, ReadOnlySpan<byte> payload)
    {
        if (_closed)
            return;
        var span = _pending.GetSpan(Http2Frame.HeaderLength + payload.Length);
        Http2Frame.Write(span, payload.Length, type, flags, streamId);
        payload.CopyTo(span[Http2Frame.HeaderLength..]);
        _pending.Advance(Http2Frame.HeaderLength + payload.Length);
    }

    /// <summary>Appends a frame of one number. Under the lock.</summary>
    public void Frame(Http2FrameType type, int streamId, uint number)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(payload, number);
        Frame(type, 0, streamId, payload);
    }

    /// <summary>Appends a header block, in as many frames as it needs. Under the lock.</summary>
    public void Head(int streamId, ReadOnlySpan<byte> block)
    {
        var type = Http2FrameType.Headers;
        do
        {
            var piece = block[..Math.Min(block.Length, Http2Frame.MaxLength)];
            block = block[piece.Length..];
            Frame(type, block.IsEmpty ? Http2Frame.EndHeaders : (byte)0, streamId, piece);
            type = Http2FrameType.Continuation;
        }
        while (!block.IsEmpty);
    }

    /// <summary>Appends as much of a body as windows and buffer take, and its end with the last of it. Under the lock.</summary>
    /// <returns>How many bytes were taken.</returns>
    public int Body(Http2Stream stream, ReadOnlySpan<byte> data, bool end)
    {
        var sent = 0;
        do
        {
            var room = Math.Max(0, Math.Min(Math.Min(_window, stream.SendWindow), HighWater - _pending.Length));
            var count = (int)Math.Min(Math.Min(data.Length - sent, Http2Frame.MaxLength), room);
            if (count == 0 && sent < data.Length)
                break;
            var last = end && sent + count == data.Length;
            if (count > 0 || last)
                Frame(Http2FrameType.Data, last ? Http2Frame.EndStream : (byte)0, stream.Id, data.Slice(sent, count));
            stream.SentEnd = last;
            stream.SendWindow -= count;
            _window -= count;
            sent += count;
        }
        while (sent < data.Length);
        return sent;
    }

    /// <summary>The stream waits for room. Under the lock.</summary>
    public Task Block(Http2Stream stream)
    {
        stream.SendWaiter ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        _blocked.Add(stream);
        return stream.SendWaiter.Task;
    }

    /// <summary>The stream waits no more: its waiter, to be told without the lock. Under the lock.</summary>
    public TaskCompletionSource? Unblock(Http2Stream stream)
    {
        _blocked.Remove(stream);
        var waiter = stream.SendWaiter;
        stream.SendWaiter = null;
        return waiter;
    }

    /// <summary>Nobody waits any more: all waiters. Under the lock.</summary>
    public TaskCompletionSource[] UnblockAll() => _blocked.Count == 0 ? [] : [.. _blocked.ToArray().Select(Unblock).OfType<TaskCompletionSource>()];

    /// <summary>Opens the connection's window; false where it grows too large. Under the lock.</summary>
    public bool TryGrow(int increment) => (_window += increment) <= MostWindow;

    /// <summary>Opens a stream's window; false where it grows too large. Under the lock.</summary>
    public static bool TryGrow(Http2Stream stream, long increment) => (stream.SendWindow += increment) <= MostWindow;

    /// <summary>True where there is something to send and nobody does; <see cref="Queue"/> must follow then. Under the lock.</summary>
    public bool TryBeginFlush()
    {
        if (_flushing || _closed || _pending.Length == 0)
            return false;
        return _flushing = true;
    }

    /// <summary>Sends what waits, soon.</summary>
    public void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Sends what waits, soon, where nobody does yet.</summary>
    public void Flush()
    {
        bool begin;
        lock (sync)
            begin = TryBeginFlush();
        if (begin)
            Queue();
    }

    /// <summary>Takes nothing more. Under the lock.</summary>
    /// <returns>True where the transport is to be closed by the caller; else it is closed when what waits has been sent.</returns>
    public bool Close()
    {
        _closed = true;
        if (_flushing)
            return false;
        Dispose();
        return true;
    }

    /// <summary>Closes the transport when the peer has had a moment to read what it was told last.</summary>
    public async Task CutLaterAsync(TimeProvider time)
    {
        await Task.Delay(GoodbyePatience, time);
        transport.Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _pending.Dispose();
        _sending.Dispose();
    }

    void IThreadPoolWorkItem.Execute() => _ = FlushAsync();

    private async Task FlushAsync()
    {
        while (TakeNext() is { } bytes)
        {
            try
            {
                await transport.WriteAsync(bytes.WrittenMemory);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
            {
                lock (sync)
                    _pending.Truncate(0);
                onBroken("Sending failed: " + exception.Message);
            }

            onSent();
        }
    }

    private PooledBuffer? TakeNext()
    {
        lock (sync)
        {
            if (_sending.Length > KeptBuffer)
            {
                _sending.Dispose();
                _sending = new(FirstBuffer);
            }

            _sending.Truncate(0);
            if (_pending.Length > 0)
            {
                (_pending, _sending) = (_sending, _pending);
                return _sending;
            }

            _flushing = false;
            if (!_closed)
                return null;
            Dispose();
        }

        transport.Dispose();
        return null;
    }
}
