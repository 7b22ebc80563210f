using System.Collections.Concurrent;
using ProtocolGateway.Edges.GraphQL.Planning;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>
/// Compiled documents by the very bytes that clients send, so that a known one costs a hash and a comparison. Bounded by what the texts take; what was
/// asked for since the last round stays, the rest goes (the clock algorithm).
/// </summary>
/// <param name="maxBytes">All texts together.</param>
internal sealed class DocumentCache(int maxBytes)
{
    // A plan takes some ten times its text (measured over the samples' documents), and a little for itself.
    private const int Overhead = 512;

    private readonly ConcurrentDictionary<Key, Entry> _entries = new();
    private readonly Queue<Entry> _clock = new();
    private readonly Lock _adding = new();
    private int _bytes;

    /// <summary>How many documents there are.</summary>
    public int Count => _entries.Count;

    /// <summary>The compiled operation; null where it is not known.</summary>
    public CompiledOperation? Find(in GraphRequest request)
    {
        if (!_entries.TryGetValue(new Key(request.Query, request.OperationName), out var entry))
            return null;
        entry.Used = true;
        return entry.Operation;
    }

    /// <summary>Keeps an operation, unless its text alone would push out more than a quarter of all.</summary>
    public void Add(in GraphRequest request, CompiledOperation operation)
    {
        var size = request.Query.Length + Overhead;
        if (size > maxBytes / 4)
            return;
        var entry = new Entry(new Key(request.Query.ToArray(), request.OperationName), operation);
        lock (_adding)
        {
            if (!_entries.TryAdd(entry.Key, entry))
                return;
            while (_bytes + size > maxBytes)
                RemoveOne();
            _clock.Enqueue(entry);
            _bytes += size;
        }
    }

    private void RemoveOne()
    {
        while (true)
        {
            var oldest = _clock.Dequeue();
            if (oldest.Used)
            {
                oldest.Used = false;
                _clock.Enqueue(oldest);
                continue;
            }

            _entries.TryRemove(oldest.Key, out _);
            _bytes -= oldest.Key.Query.Length + Overhead;
            return;
        }
    }

    private readonly struct Key(ReadOnlyMemory<byte> query, string? operationName) : IEquatable<Key>
    {
        public ReadOnlyMemory<byte> Query => query;

        private string? OperationName => operationName;

        public bool Equals(Key other) => OperationName == other.OperationName && Query.Span.SequenceEqual(other.Query.Span);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        // Seeded at random for each process: the texts are the clients'.
        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.AddBytes(Query.Span);
            hash.Add(OperationName);
            return hash.ToHashCode();
        }
    }

    private sealed class Entry(Key key, CompiledOperation operation)
    {
        public Key Key => key;

        public CompiledOperation Operation => operation;

        public bool Used { get; set; }
    }
}
