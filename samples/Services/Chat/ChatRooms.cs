using System.Collections.Concurrent;
using Google.Protobuf;

namespace ProtocolGateway.Samples.Chat;

/// <summary>
/// What is said, kept so that whoever was away gets what he missed. All instances of the service share it: here they are in one process, elsewhere it would be
/// a database or a log. Without something shared, what an instance has said dies with it.
/// </summary>
public sealed class ChatRooms
{
    private readonly ConcurrentDictionary<string, ChatRoom> _rooms = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ulong> _received = new(StringComparer.Ordinal);

    /// <summary>The room of a name; made where there is none.</summary>
    public ChatRoom Room(string name) => _rooms.GetOrAdd(name, static n => new(n));

    /// <summary>The last message of a connection that was taken.</summary>
    public ulong LastOf(string connection) => _received.GetValueOrDefault(connection);

    /// <summary>A message of a connection is taken; false for one that was taken before: one that is sent again, because its instance was lost before it could say so, counts once.</summary>
    public bool TryTake(string connection, ulong sequence)
    {
        var taken = false;
        _received.AddOrUpdate(
            connection,
            _ =>
            {
                taken = true;
                return sequence;
            },
            (_, last) =>
            {
                taken = sequence > last;
                return taken ? sequence : last;
            });
        return taken;
    }

    /// <summary>A connection has ended.</summary>
    public void Forget(string connection) => _received.TryRemove(connection, out _);
}

/// <summary>One room: its messages by their offsets, and who wants to hear of new ones.</summary>
/// <param name="name">The name.</param>
public sealed class ChatRoom(string name)
{
    // What is older is forgotten.
    private const int Kept = 100_000;
    private const long KeptBytes = 64 * 1024 * 1024;

    private readonly Lock _lock = new();
    private readonly Queue<ByteString> _messages = new();
    private readonly List<Action<ulong, ByteString>> _listeners = [];
    private ulong _last;
    private long _bytes;

    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>Says something: everybody who listens is told before anything else is said.</summary>
    public void Say(ByteString message)
    {
        lock (_lock)
        {
            _last++;
            _messages.Enqueue(message);
            _bytes += message.Length;
            while (_messages.Count > Kept || (_bytes > KeptBytes && _messages.Count > 1))
                _bytes -= _messages.Dequeue().Length;
            foreach (var listener in _listeners)
                listener(_last, message);
        }
    }

    /// <summary>Listens from now on; disposing ends it.</summary>
    /// <param name="listener">Told of each message with its offset; must not wait.</param>
    public IDisposable Listen(Action<ulong, ByteString> listener)
    {
        lock (_lock)
            _listeners.Add(listener);
        return new Listening(this, listener);
    }

    /// <summary>Takes what was said after an offset, and then acts, before anything else can be said.</summary>
    /// <param name="offset">What is known; null for the last few messages.</param>
    /// <param name="missed">Told of each message with its offset.</param>
    /// <param name="upTo">Told of the last offset.</param>
    public void CatchUp(ulong? offset, Action<ulong, ByteString> missed, Action<ulong> upTo)
    {
        const int Few = 20;
        lock (_lock)
        {
            var oldest = _last - (ulong)_messages.Count;
            var from = Math.Max(oldest, offset ?? (_last > Few ? _last - Few : 0));
            var at = oldest;
            foreach (var message in _messages.Skip((int)(from - oldest)))
                missed(from + (++at - oldest), message);
            upTo(_last);
        }
    }

    private void Stop(Action<ulong, ByteString> listener)
    {
        lock (_lock)
            _listeners.Remove(listener);
    }

    private sealed class Listening(ChatRoom room, Action<ulong, ByteString> listener) : IDisposable
    {
        public void Dispose() => room.Stop(listener);
    }
}
