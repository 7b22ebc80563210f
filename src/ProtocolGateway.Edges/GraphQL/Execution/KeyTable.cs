using System.Buffers;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>
/// The distinct keys that a join asks for, in the order in which they were met. An open table over one array of bytes: no object for a key, however many
/// rows there are.
/// </summary>
internal sealed class KeyTable : IDisposable
{
    private const int FirstSlots = 64;

    private readonly PooledBuffer _bytes = new();
    private (int Start, int Length, int Hash)[] _keys = ArrayPool<(int, int, int)>.Shared.Rent(FirstSlots);
    private int[] _slots = Rent(FirstSlots);
    private int _mask = FirstSlots - 1;

    /// <summary>How many keys there are.</summary>
    public int Count { get; private set; }

    /// <summary>Where a key is written before it is added or looked for: <see cref="Begin"/> it first.</summary>
    public PooledBuffer Scratch { get; } = new();

    /// <summary>The bytes of a key.</summary>
    public ReadOnlySpan<byte> this[int index] => _bytes.WrittenSpan.Slice(_keys[index].Start, _keys[index].Length);

    /// <summary>Starts a key in <see cref="Scratch"/>.</summary>
    public void Begin() => Scratch.Clear();

    /// <summary>The index of the key in <see cref="Scratch"/>, which is added where it is new.</summary>
    public int Add()
    {
        var key = (ReadOnlySpan<byte>)Scratch.WrittenSpan;
        var hash = Hash(key);
        var slot = Probe(key, hash);
        if (_slots[slot] >= 0)
            return _slots[slot];
        if (Count == _keys.Length)
            GrowKeys();
        _keys[Count] = (_bytes.Length, key.Length, hash);
        _bytes.Write(key);
        _slots[slot] = Count;
        if (++Count * 2 > _mask)
            GrowSlots();
        return Count - 1;
    }

    /// <summary>The index of a key; -1 where it is not there.</summary>
    public int Find(ReadOnlySpan<byte> key) => _slots[Probe(key, Hash(key))];

    /// <inheritdoc />
    public void Dispose()
    {
        _bytes.Dispose();
        Scratch.Dispose();
        if (_slots.Length == 0)
            return;
        ArrayPool<int>.Shared.Return(_slots);
        ArrayPool<(int, int, int)>.Shared.Return(_keys);
        (_slots, _keys) = ([], []);
    }

    private static int Hash(ReadOnlySpan<byte> key)
    {
        // Seeded at random for each process: the keys come from backends, and must not be able to collide on purpose.
        var hash = default(HashCode);
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    private static int[] Rent(int size)
    {
        var slots = ArrayPool<int>.Shared.Rent(size);
        slots.AsSpan(0, size).Fill(-1);
        return slots;
    }

    private int Probe(ReadOnlySpan<byte> key, int hash)
    {
        var slot = hash & _mask;
        while (_slots[slot] is var index and >= 0 && (_keys[index].Hash != hash || !key.SequenceEqual(this[index])))
            slot = (slot + 1) & _mask;
        return slot;
    }

    private void GrowKeys()
    {
        var larger = ArrayPool<(int, int, int)>.Shared.Rent(Count * 2);
        _keys.AsSpan(0, Count).CopyTo(larger);
        ArrayPool<(int, int, int)>.Shared.Return(_keys);
        _keys = larger;
    }

    private void GrowSlots()
    {
        var size = (_mask + 1) * 2;
        ArrayPool<int>.Shared.Return(_slots);
        (_slots, _mask) = (Rent(size), size - 1);
        for (var i = 0; i < Count; i++)
        {
            var slot = _keys[i].Hash & _mask;
            while (_slots[slot] >= 0)
                slot = (slot + 1) & _mask;
            _slots[slot] = i;
        }
    }
}
