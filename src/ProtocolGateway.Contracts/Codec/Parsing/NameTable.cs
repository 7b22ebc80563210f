using System.Buffers.Binary;
using System.Text;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>A fixed set of UTF-8 names, each with a number: fields by index, enum values by number.</summary>
internal sealed class NameTable
{
    private readonly byte[][] _names;
    private readonly int[] _values;
    private readonly int[] _slots;

    /// <summary>Of two equal names the first counts.</summary>
    public NameTable(IEnumerable<KeyValuePair<string, int>> entries)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, value) in entries)
            seen.TryAdd(name, value);
        _names = new byte[seen.Count][];
        _values = new int[seen.Count];
        // At most a quarter full: a miss mostly ends at the first empty slot.
        _slots = new int[BitOperationsRound(seen.Count * 4)];
        var i = 0;
        foreach (var (name, value) in seen)
        {
            _names[i] = Encoding.UTF8.GetBytes(name);
            _values[i] = value;
            var slot = Hash(_names[i]) & (uint)(_slots.Length - 1);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (uint)(_slots.Length - 1);
            _slots[slot] = ++i;
        }
    }

    public bool TryFind(ReadOnlySpan<byte> name, out int value)
    {
        var mask = (uint)(_slots.Length - 1);
        for (var slot = Hash(name) & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
        {
            var i = _slots[slot] - 1;
            if (name.SequenceEqual(_names[i]))
            {
                value = _values[i];
                return true;
            }
        }

        value = 0;
        return false;
    }

    private static int BitOperationsRound(int size) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(size, 4));

    // The set is the contract's, never the client's, so a cheap hash over head, middle and tail serves.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        ulong mix = (ulong)name.Length * 0x9E3779B97F4A7C15;
        if (name.Length >= 8)
        {
            mix ^= BinaryPrimitives.ReadUInt64LittleEndian(name);
            mix *= 0xFF51AFD7ED558CCD;
            mix ^= BinaryPrimitives.ReadUInt64LittleEndian(name[(name.Length / 2 - 4)..]) >> 7;
            mix *= 0xFF51AFD7ED558CCD;
            mix ^= BinaryPrimitives.ReadUInt64LittleEndian(name[^8..]);
        }
        else
        {
            foreach (var b in name)
                mix = (mix ^ b) * 0x100000001B3;
        }

        mix *= 0xC4CEB9FE1A85EC53;
        return (uint)(mix >> 32);
    }
}
