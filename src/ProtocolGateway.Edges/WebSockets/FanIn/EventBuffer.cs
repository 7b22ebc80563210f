using System.Buffers;
using Google.Protobuf;
using ProtocolGateway.FanIn.V1;

namespace ProtocolGateway.Edges.WebSockets.FanIn;

/// <summary>
/// The events that wait for a stream to take them, already in the form of one FromGateway message: entries of a repeated field can be put one after the
/// other, so a batch is what has come since the last was taken, up to a bound. Any number of writers, one reader.
/// </summary>
/// <param name="patience">How long a service may take nothing while more waits than should.</param>
/// <param name="time">The clock.</param>
/// <param name="stalled">Told, under a lock, that it took nothing for longer.</param>
internal sealed class EventBuffer(TimeSpan patience, TimeProvider time, Action stalled) : IDisposable
{
    // Writers wait when so many bytes do: the service takes them too slowly.
    private const int Full = 1024 * 1024;

    // A window of 32 of such, of a thousand clients, is what one client's large message may be anyway.
    private const int Small = 1024;

    // gRPC servers refuse messages of more than 4 MiB unless told otherwise; thousands of connections that come over at once are more than that.
    private const int MostBatch = 256 * 1024;

    // 1 << 3 | 2: FromGateway.events, length-delimited.
    private const byte EventsTag = 10;

    private readonly Lock _lock = new();
    private readonly Queue<PooledBuffer> _batches = new();
    private PooledBuffer _events = new();
    private long _batchBytes, _fullSince;
    private TaskCompletionSource? _reader, _room;
    private bool _isEnded, _isFull;

    private bool HasRoom => _isEnded || _batchBytes + _events.Length < Full;

    /// <summary>Adds an event.</summary>
    public void Add(GatewayEvent what)
    {
        lock (_lock)
        {
            if (_isEnded)
                return;
            var size = what.CalculateSize();
            Begin(size);
            WriteVarint((uint)size);
            what.WriteTo((IBufferWriter<byte>)_events);
            Wake();
        }
    }

    /// <summary>Adds a client's message, be there room or not: one that is sent again.</summary>
    public void Add(uint connection, ulong sequence, ReadOnlySpan<byte> payload, bool text)
    {
        lock (_lock)
        {
            if (!_isEnded)
                Write(connection, sequence, payload, text);
        }
    }

    /// <summary>
    /// Adds a client's message: nearly all events are one. False where there is no room; small ones always find some, so that clients who say little do not wait with those who
    /// say much.
    /// </summary>
    public bool TryAdd(uint connection, ulong sequence, ReadOnlySpan<byte> payload, bool text)
    {
        lock (_lock)
        {
            if (!HasRoom && payload.Length > Small)
                return false;
            if (!_isEnded)
                Write(connection, sequence, payload, text);
            return true;
        }
    }

    /// <summary>Ends when there is room for more, or no more is taken.</summary>
    public async ValueTask RoomAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task wait;
            lock (_lock)
            {
                if (HasRoom)
                    return;
                LookAtReader();
                _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _room.Task;
            }

            try
            {
                await wait.WaitAsync(patience, time, cancel);
            }
            catch (TimeoutException)
            {
                lock (_lock)
                    LookAtReader();
            }
        }
    }

    /// <summary>Writes what has come since the last time, or the first part of it; false at the end.</summary>
    public async ValueTask<bool> TakeAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        while (true)
        {
            Task wait;
            lock (_lock)
            {
                if (TryTake(into))
                    return true;

                if (_isEnded)
                    return false;
                _reader ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _reader.Task;
            }

            await wait.WaitAsync(cancel);
        }
    }

    /// <summary>No more is taken in; what is there still goes out.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isEnded = true;
            _room?.TrySetResult();
            Wake();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        End();
        lock (_lock)
        {
            _events.Dispose();
            while (_batches.TryDequeue(out var batch))
                batch.Dispose();
            _batchBytes = 0;
        }
    }

    private void Write(uint connection, ulong sequence, ReadOnlySpan<byte> payload, bool text)
    {
        var message = 1 + CodedOutputStream.ComputeUInt64Size(sequence) + 1 + CodedOutputStream.ComputeLengthSize(payload.Length) + payload.Length + (text ? 2 : 0);
        var size = 1 + CodedOutputStream.ComputeUInt32Size(connection) + 1 + CodedOutputStream.ComputeLengthSize(message) + message;
        Begin(size);
        WriteVarint((uint)size);
        WriteTag(GatewayEvent.ConnectionFieldNumber, 0);
        WriteVarint(connection);
        WriteTag(GatewayEvent.MessageFieldNumber, 2);
        WriteVarint((uint)message);
        WriteTag(Message.SequenceFieldNumber, 0);
        WriteVarint(sequence);
        WriteTag(Message.PayloadFieldNumber, 2);
        WriteVarint((uint)payload.Length);
        _events.Write(payload);
        if (text)
            _events.Write([(Message.TextFieldNumber << 3) | 0, 1]);
        Wake();
    }

    private void Begin(int size)
    {
        if (_events.Length > 0 && _events.Length + size > MostBatch)
        {
            _batches.Enqueue(_events);
            _batchBytes += _events.Length;
            _events = new();
        }

        _events.Write([EventsTag]);
        // Events that wait for nobody, of connections that come and go, must not gather for ever either.
        if (!HasRoom)
            LookAtReader();
    }

    private bool TryTake(IBufferWriter<byte> into)
    {
        var isFirst = _batches.TryDequeue(out var batch);
        batch ??= _events;
        if (batch.Length == 0)
            return false;
        into.Write(batch.WrittenSpan);
        if (isFirst)
            _batchBytes -= batch.Length;
        // A burst's memory goes back.
        batch.Dispose();
        _isFull = false;
        if (HasRoom)
        {
            _room?.TrySetResult();
            _room = null;
        }

        return true;
    }

    private void LookAtReader()
    {
        if (HasRoom)
            return;
        if (!_isFull)
            (_isFull, _fullSince) = (true, time.GetTimestamp());
        else if (time.GetElapsedTime(_fullSince) >= patience)
            stalled();
    }

    private void Wake()
    {
        _reader?.TrySetResult();
        _reader = null;
    }

    private void WriteTag(int field, uint type) => WriteVarint(((uint)field << 3) | type);

    private void WriteVarint(ulong value)
    {
        var span = _events.GetSpan(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        _events.Advance(length);
    }
}
