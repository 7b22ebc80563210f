using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace ProtocolGateway.Edges.GraphQL;

/// <summary>
/// A table of what clients send, bounded by bytes. What was asked for since the last round stays, the rest goes (the clock algorithm): a hit takes no lock.
/// </summary>
/// <param name="maxBytes">All entries together.</param>
internal sealed class ClockCache<TKey, TValue>(int maxBytes)
    where TKey : notnull
    where TValue : class
{
    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();
    private readonly Queue<Entry> _clock = new();
    private readonly Lock _adding = new();
    private int _bytes;

    /// <summary>How many entries there are.</summary>
    public int Count => _entries.Count;

    /// <summary>The value of a key; false where it is not known.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        if (!_entries.TryGetValue(key, out var entry))
            return false;
        entry.Used = true;
        value = entry.Value;
        return true;
    }

    /// <summary>An entry of that size would be kept: it is not there yet, and would not push out more than a quarter of all.</summary>
    public bool Wants(TKey key, int size) => size <= maxBytes / 4 && !_entries.ContainsKey(key);

    /// <summary>Keeps a value that is wanted; the first of a key stays.</summary>
    /// <param name="key">The key, which must stay as it is.</param>
    /// <param name="value">The value.</param>
    /// <param name="size">What the entry takes, in bytes.</param>
    public void Add(TKey key, TValue value, int size)
    {
        var entry = new Entry(key, value, size);
        lock (_adding)
        {
            if (!_entries.TryAdd(key, entry))
                return;
            // The newcomer is not yet in the round: nobody can have asked for it.
            while (_bytes + size > maxBytes)
                RemoveOne();
            _clock.Enqueue(entry);
            _bytes += size;
        }
    }

    /// <summary>An entry takes more than was said when it was added.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">What is kept under it; another's size is left alone.</param>
    /// <param name="size">What it takes now, in bytes.</param>
    public void Resize(TKey key, TValue value, int size)
    {
        lock (_adding)
        {
            if (!_entries.TryGetValue(key, out var entry) || !ReferenceEquals(entry.Value, value))
                return;
            _bytes += size - entry.Size;
            entry.Size = size;
            while (_bytes > maxBytes)
                RemoveOne();
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
            _bytes -= oldest.Size;
            return;
        }
    }

    private sealed class Entry(TKey key, TValue value, int size)
    {
        public TKey Key => key;

        public TValue Value => value;

        public int Size { get; set; } = size;

        public bool Used { get; set; }
    }
}
