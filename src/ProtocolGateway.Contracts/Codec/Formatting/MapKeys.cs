using System.Buffers;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>Finds keys that stand in a map twice: JSON must have each once, and the last wins.</summary>
internal static class MapKeys
{
    /// <summary>Some key stands in these entries more than once.</summary>
    public static bool AnyTwice(FieldPlan map, ReadOnlySpan<byte> data, ReadOnlySpan<EntryRange> entries) =>
        !Ascend(map, data, entries) && MarkEarlier(map, data, entries, []);

    /// <summary>Marks, of entries with one key, all but the last. With no room for marks it only answers whether there are any.</summary>
    public static bool MarkEarlier(FieldPlan map, ReadOnlySpan<byte> data, ReadOnlySpan<EntryRange> entries, Span<bool> marks)
    {
        var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)entries.Length * 2 + 1);
        var slots = ArrayPool<int>.Shared.Rent(size);
        slots.AsSpan(0, size).Clear();
        var any = false;
        for (var i = entries.Length - 1; i >= 0 && !(any && marks.IsEmpty); i--)
        {
            _ = MapEntry.TryRead(map, data.Slice(entries[i].Start, entries[i].Length), out var entry);
            var slot = Hash(entry) & (size - 1);
            while (slots[slot] != 0 && !Same(map, data, entries[slots[slot] - 1], entry))
                slot = (slot + 1) & (size - 1);
            if (slots[slot] == 0)
            {
                slots[slot] = i + 1;
                continue;
            }

            any = true;
            if (!marks.IsEmpty)
                marks[i] = true;
        }

        ArrayPool<int>.Shared.Return(slots);
        return any;
    }

    /// <summary>Serializers that sort maps are common; their keys need no table.</summary>
    private static bool Ascend(FieldPlan map, ReadOnlySpan<byte> data, ReadOnlySpan<EntryRange> entries)
    {
        _ = MapEntry.TryRead(map, data.Slice(entries[0].Start, entries[0].Length), out var previous);
        for (var i = 1; i < entries.Length; i++)
        {
            _ = MapEntry.TryRead(map, data.Slice(entries[i].Start, entries[i].Length), out var entry);
            var order = map.Key!.Kind == ValueKind.String ? previous.Key.SequenceCompareTo(entry.Key) : previous.KeyBits.CompareTo(entry.KeyBits);
            if (order >= 0)
                return false;
            previous = entry;
        }

        return true;
    }

    // HashCode is seeded per process: a backend cannot choose keys that meet in one slot.
    private static int Hash(in MapEntry entry)
    {
        var hash = new HashCode();
        hash.Add(entry.KeyBits);
        hash.AddBytes(entry.Key);
        return hash.ToHashCode();
    }

    private static bool Same(FieldPlan map, ReadOnlySpan<byte> data, EntryRange range, in MapEntry entry)
    {
        _ = MapEntry.TryRead(map, data.Slice(range.Start, range.Length), out var other);
        return other.KeyBits == entry.KeyBits && other.Key.SequenceEqual(entry.Key);
    }
}
