namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>The keys of the map being read, kept as places in the written bytes, to find duplicates. Reused from map to map.</summary>
internal sealed class KeySet
{
    private const int InitialSize = 16;
    private const int LargestKept = 4096;

    private Entry[] _entries = new Entry[InitialSize];
    private int[] _buckets = new int[InitialSize];
    private int _count;

    public void Reset()
    {
        _count = 0;
        if (_entries.Length > LargestKept)
            (_entries, _buckets) = (new Entry[InitialSize], new int[InitialSize]);
        else
            Array.Clear(_buckets);
    }

    /// <summary>False when the bytes at that place are a key that the map has already.</summary>
    public bool TryAdd(WireBuffer wire, int start, int length)
    {
        var key = wire.Written.Slice(start, length);
        var hash = HashOf(key);
        for (var i = _buckets[hash & (_buckets.Length - 1)] - 1; i >= 0; i = _entries[i].Next)
        {
            ref readonly var entry = ref _entries[i];
            if (entry.Hash == hash && wire.Written.Slice(entry.Start, entry.Length).SequenceEqual(key))
                return false;
        }

        if (_count == _entries.Length)
            Grow();
        ref var head = ref _buckets[hash & (_buckets.Length - 1)];
        _entries[_count] = new Entry(hash, start, length, head - 1);
        head = ++_count;
        return true;
    }

    /// <summary>The entry that holds the last key was closed and its bytes moved.</summary>
    public void MoveLast(int by)
    {
        if (by != 0)
            _entries[_count - 1] = _entries[_count - 1] with { Start = _entries[_count - 1].Start + by };
    }

    /// <summary>The entry that holds the last key was dropped.</summary>
    public void RemoveLast()
    {
        var last = _entries[--_count];
        _buckets[last.Hash & (_buckets.Length - 1)] = last.Next + 1;
    }

    private static int HashOf(ReadOnlySpan<byte> key)
    {
        // HashCode is seeded per process: a client cannot prepare keys that collide.
        var hash = default(HashCode);
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    private void Grow()
    {
        Array.Resize(ref _entries, _count * 2);
        _buckets = new int[_count * 2];
        for (var i = 0; i < _count; i++)
        {
            ref var head = ref _buckets[_entries[i].Hash & (_buckets.Length - 1)];
            _entries[i] = _entries[i] with { Next = head - 1 };
            head = i + 1;
        }
    }

    private readonly record struct Entry(int Hash, int Start, int Length, int Next);
}
