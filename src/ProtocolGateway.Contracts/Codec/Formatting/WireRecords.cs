using System.Buffers;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>One occurrence of a field.</summary>
/// <param name="Field">The index of the field; <see cref="WireRecords.Unknown"/> for one that the message does not have.</param>
/// <param name="Tag">The tag it came with.</param>
/// <param name="Start">Where the value begins: after the tag, and after the length where it has one.</param>
/// <param name="Length">How long the value is; that of a group ends before its end tag.</param>
internal readonly record struct WireRecord(int Field, uint Tag, int Start, int Length);

/// <summary>All occurrences of fields in one message, sorted by field and then by place, those that a oneof has dropped left out. Must be released.</summary>
internal readonly struct WireRecords
{
    public const int Unknown = int.MaxValue;

    private readonly WireRecord[] _records;
    private readonly int _count;

    private WireRecords(WireRecord[] records, int count) => (_records, _count) = (records, count);

    public ReadOnlySpan<WireRecord> All => _records.AsSpan(0, _count);

    /// <summary>False where the bytes are malformed; nothing is to be released then.</summary>
    public static bool TryCollect(MessagePlan plan, ReadOnlySpan<byte> body, bool keepUnknown, out WireRecords records)
    {
        var found = ArrayPool<WireRecord>.Shared.Rent(64);
        var count = 0;
        var reader = new WireReader(body);
        records = default;
        while (!reader.AtEnd)
        {
            if (!TryReadOne(plan, ref reader, out var record))
            {
                ArrayPool<WireRecord>.Shared.Return(found);
                return false;
            }

            if (record.Field == Unknown && !keepUnknown)
                continue;
            if (count == found.Length)
                Grow(ref found);
            found[count++] = record;
        }

        var live = plan.OneofCount == 0 ? count : DropOneofLosers(plan, found, count);
        Sort(found, live);
        records = new WireRecords(found, live);
        return true;
    }

    public void Release() => ArrayPool<WireRecord>.Shared.Return(_records);

    /// <summary>How many records from <paramref name="start"/> on are of the same field.</summary>
    public int RunFrom(int start)
    {
        var end = start + 1;
        while (end < _count && _records[end].Field == _records[start].Field)
            end++;
        return end - start;
    }

    private static bool TryReadOne(MessagePlan plan, ref WireReader reader, out WireRecord record)
    {
        record = default;
        if (!reader.TryReadTag(out var tag))
            return false;
        var start = reader.Position;
        var index = plan.IndexOf(tag, -1);
        if (index < 0 || !plan.Fields[index].Accepts(tag))
            index = Unknown;
        if ((tag & 7) is WireReader.Bytes or WireReader.StartGroup)
        {
            if (!reader.TryReadBody(tag, out var value))
                return false;
            if ((tag & 7) == WireReader.Bytes)
                start = reader.Position - value.Length;
            record = new WireRecord(index, tag, start, value.Length);
            return true;
        }

        if (!reader.TryReadBits((int)(tag & 7), out var bits))
            return false;
        var field = index == Unknown ? null : plan.Fields[index];
        if (field is { Enum: { } values, Cardinality: Cardinality.Singular } && !values.Knows((int)bits))
            index = Unknown;
        record = new WireRecord(index, tag, start, reader.Position - start);
        return true;
    }

    /// <summary>Of a oneof stays the member that came last; what it had before another member was set is gone too. Walks backwards, so that one walk is enough.</summary>
    private static int DropOneofLosers(MessagePlan plan, WireRecord[] records, int count)
    {
        var winners = ArrayPool<int>.Shared.Rent(plan.OneofCount); // 0: none yet; n+1: field n; -1: everything earlier is dropped
        winners.AsSpan(0, plan.OneofCount).Clear();
        var kept = count;
        for (var i = count - 1; i >= 0; i--)
        {
            var oneof = records[i].Field == Unknown ? -1 : plan.Fields[records[i].Field].Oneof;
            if (oneof >= 0)
            {
                if (winners[oneof] == 0)
                    winners[oneof] = records[i].Field + 1;
                if (winners[oneof] != records[i].Field + 1)
                {
                    winners[oneof] = -1;
                    continue;
                }
            }

            records[--kept] = records[i];
        }

        ArrayPool<int>.Shared.Return(winners);
        records.AsSpan(kept, count - kept).CopyTo(records);
        return count - kept;
    }

    private static void Sort(WireRecord[] records, int count)
    {
        var keys = ArrayPool<long>.Shared.Rent(Math.Max(1, count));
        for (var i = 0; i < count; i++)
            keys[i] = (long)records[i].Field << 32 | (uint)i;
        Array.Sort(keys, records, 0, count);
        ArrayPool<long>.Shared.Return(keys);
    }

    private static void Grow(ref WireRecord[] records)
    {
        var larger = ArrayPool<WireRecord>.Shared.Rent(records.Length * 2);
        records.CopyTo(larger, 0);
        ArrayPool<WireRecord>.Shared.Return(records);
        records = larger;
    }
}
