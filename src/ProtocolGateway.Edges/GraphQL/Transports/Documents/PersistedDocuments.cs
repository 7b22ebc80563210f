using System.Collections.Concurrent;

namespace ProtocolGateway.Edges.GraphQL.Transports.Documents;

/// <summary>
/// The documents that clients sent with their hash (automatic persisted queries), bounded by bytes. What was asked for since the last round stays,
/// the rest goes (the clock algorithm): a hit takes no lock.
/// </summary>
/// <param name="maxBytes">All documents together.</param>
internal sealed class PersistedDocuments(int maxBytes)
{
    // What an entry costs beside its text: table, queue, object; measured to the nearest hundred.
    private const int Overhead = 200;

    private readonly ConcurrentDictionary<DocumentHash, Entry> _entries = new();
    private readonly Queue<Entry> _clock = new();
    private readonly Lock _adding = new();
    private int _bytes;

    /// <summary>How many there are.</summary>
    public int Count => _entries.Count;

    /// <summary>The document as it was kept; false where it is not known.</summary>
    public bool TryGet(DocumentHash hash, out ReadOnlyMemory<byte> query)
    {
        query = default;
        if (!_entries.TryGetValue(hash, out var entry))
            return false;
        entry.Used = true;
        query = entry.Query;
        return true;
    }

    /// <summary>Keeps a copy of a document, unless it would push out more than a quarter of all.</summary>
    public void Add(DocumentHash hash, ReadOnlySpan<byte> query)
    {
        var size = query.Length + Overhead;
        if (size > maxBytes / 4 || _entries.ContainsKey(hash))
            return;
        var entry = new Entry(hash, query.ToArray());
        lock (_adding)
        {
            if (!_entries.TryAdd(hash, entry))
                return;
            // The newcomer is not yet in the round: nobody can have asked for it.
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

            _entries.TryRemove(oldest.Hash, out _);
            _bytes -= oldest.Query.Length + Overhead;
            return;
        }
    }

    private sealed class Entry(DocumentHash hash, byte[] query)
    {
        public DocumentHash Hash => hash;

        public byte[] Query => query;

        public bool Used { get; set; }
    }
}
