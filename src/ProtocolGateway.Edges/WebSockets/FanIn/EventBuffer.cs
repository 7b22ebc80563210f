using System.Buffers;
using Google.Protobuf;
using ProtocolGateway.FanIn.V1;

namespace ProtocolGateway.Edges.WebSockets.FanIn;

/// <summary>
/// The events that wait for a stream to take them, already in the form of one FromGateway message: entries of a repeated field can be put one after the
/// other, so a batch is whatever has come since the last was taken. Any number of writers, one reader.
/// </summary>
internal sealed class EventBuffer : IDisposable
{
    /// <summary>Writers wait when so many bytes do: the service takes them too slowly.</summary>
    private const int Full = 1024 * 1024;

    // 1 << 3 | 2: FromGateway.events, length-delimited.
    private const byte EventsTag = 10;

    private readonly Lock _lock = new();
    private PooledBuffer _events = new();
    private TaskCompletionSource? _reader, _room;
    private bool _isEnded;

    /// <summary>Adds an event.</summary>
    public void Add(GatewayEvent what)
    {
        lock (_lock)
        {
            if (_isEnded)
                return;
            _events.Write([EventsTag]);
            WriteVarint((uint)what.CalculateSize());
            what.WriteTo((IBufferWriter<byte>)_events);
            Wake();
        }
    }

    /// <summary>Adds a client's message: nearly all events are one.</summary>
    public void Add(uint connection, ulong sequence, ReadOnlySpan<byte> payload, bool text)
    {
        lock (_lock)
        {
            if (_isEnded)
                return;
            var message = 1 + CodedOutputStream.ComputeUInt64Size(sequence) + 1 + CodedOutputStream.ComputeLengthSize(payload.Length) + payload.Length + (text ? 2 : 0);
            _events.Write([EventsTag]);
            WriteVarint((uint)(1 + CodedOutputStream.ComputeUInt32Size(connection) + 1 + CodedOutputStream.ComputeLengthSize(message) + message));
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
    }

    /// <summary>Ends when there is room for more, or no more is taken.</summary>
    public async ValueTask RoomAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task wait;
            lock (_lock)
            {
                if (_isEnded || _events.Length < Full)
                    return;
                _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _room.Task;
            }

            await wait.WaitAsync(cancel);
        }
    }

    /// <summary>Writes what has come since the last time; false at the end.</summary>
    public async ValueTask<bool> TakeAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        while (true)
        {
            Task wait;
            lock (_lock)
            {
                if (_events.Length > 0)
                {
                    into.Write(_events.WrittenSpan);
                    // A burst's memory goes back.
                    _events.Dispose();
                    _room?.TrySetResult();
                    _room = null;
                    return true;
                }

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
            _events.Dispose();
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
