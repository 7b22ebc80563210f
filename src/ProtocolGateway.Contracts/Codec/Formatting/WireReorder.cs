using System.Buffers;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>
/// Puts one message, not those within, in the order that one pass can take: repeated fields together, of singular scalars and oneofs the last, halves
/// of messages joined (the bytes of two messages in a row are those of the merged one), of a map's keys the last.
/// </summary>
internal static class WireReorder
{
    /// <summary>False, with the error in the context, where the bytes are malformed or too much would have to be copied. Else the result must be released.</summary>
    public static bool TryRewrite(MessagePlan plan, ReadOnlySpan<byte> body, FormatContext context, out WireWriter rewritten)
    {
        rewritten = default;
        context.ReorderBudget -= body.Length;
        if (context.ReorderBudget < 0)
            return context.Fail("fields are out of order on too many levels");
        if (!WireRecords.TryCollect(plan, body, keepUnknown: false, out var records))
            return context.Fail(ObjectFormatter.Malformed);
        var writer = new WireWriter(body.Length + 64);
        for (int i = 0, run; i < records.All.Length; i += run)
        {
            run = records.RunFrom(i);
            Write(plan.Fields[records.All[i].Field], records.All.Slice(i, run), body, ref writer);
        }

        records.Release();
        rewritten = writer;
        return true;
    }

    private static void Write(FieldPlan field, ReadOnlySpan<WireRecord> records, ReadOnlySpan<byte> body, ref WireWriter writer)
    {
        switch (field.Cardinality)
        {
            case Cardinality.Map:
                Map(field, records, body, ref writer);
                return;
            case Cardinality.Singular when field.Kind == ValueKind.Message:
                Joined(field, records, body, ref writer);
                return;
            case Cardinality.Singular:
                One(records[^1], body, ref writer);
                return;
            default:
                foreach (var record in records)
                    One(record, body, ref writer);
                return;
        }
    }

    private static void One(WireRecord record, ReadOnlySpan<byte> body, ref WireWriter writer)
    {
        var value = body.Slice(record.Start, record.Length);
        var wireType = record.Tag & 7;
        if (wireType is WireReader.Bytes or WireReader.StartGroup)
        {
            writer.Varint((record.Tag & ~7u) | WireReader.Bytes);
            writer.Bytes(value);
            return;
        }

        writer.Varint(record.Tag);
        writer.Raw(value);
    }

    private static void Joined(FieldPlan field, ReadOnlySpan<WireRecord> records, ReadOnlySpan<byte> body, ref WireWriter writer)
    {
        var length = 0L;
        foreach (var record in records)
            length += record.Length;
        writer.Varint((uint)field.Field.Number << 3 | WireReader.Bytes);
        writer.Varint((ulong)length);
        foreach (var record in records)
            writer.Raw(body.Slice(record.Start, record.Length));
    }

    private static void Map(FieldPlan field, ReadOnlySpan<WireRecord> records, ReadOnlySpan<byte> body, ref WireWriter writer)
    {
        var ranges = ArrayPool<EntryRange>.Shared.Rent(records.Length);
        var count = 0;
        foreach (var record in records)
        {
            // An entry with an unknown number of a closed enum is an unknown field: it must not displace an earlier one.
            // Malformed entries stay, for the pass that follows to report.
            if (MapEntry.TryRead(field, body.Slice(record.Start, record.Length), out var entry)
                && field.Value!.Enum is { } values && !values.Knows((int)entry.ValueBits))
                continue;
            ranges[count++] = new EntryRange(record.Start, record.Length);
        }

        var dropped = ArrayPool<bool>.Shared.Rent(Math.Max(1, count));
        dropped.AsSpan().Clear();
        MapKeys.MarkEarlier(field, body, ranges.AsSpan(0, count), dropped);
        for (var i = 0; i < count; i++)
        {
            if (!dropped[i])
                Entry(field, body.Slice(ranges[i].Start, ranges[i].Length), ref writer);
        }

        ArrayPool<bool>.Shared.Return(dropped);
        ArrayPool<EntryRange>.Shared.Return(ranges);
    }

    /// <summary>An entry as it is or, where it holds a message in several pieces, with those joined.</summary>
    private static void Entry(FieldPlan field, ReadOnlySpan<byte> bytes, ref WireWriter writer)
    {
        writer.Varint((uint)field.Field.Number << 3 | WireReader.Bytes);
        if (field.Value!.Kind != ValueKind.Message || !TryJoinEntry(field, bytes, out var entry, out var value))
        {
            writer.Bytes(bytes);
            return;
        }

        var joined = new WireWriter(bytes.Length + 64);
        joined.Varint(field.Key!.Tag);
        if (field.Key.WireType == WireReader.Bytes)
            joined.Bytes(entry.Key);
        else
            joined.Bits(field.Key.WireType, entry.KeyBits);
        joined.Varint(field.Value.Tag);
        joined.Bytes(value.Written);
        writer.Bytes(joined.Written);
        value.Release();
        joined.Release();
    }

    /// <summary>Reads an entry, and joins the pieces of a value that is a message. False, with nothing to release, where the entry is malformed.</summary>
    public static bool TryJoinEntry(FieldPlan field, ReadOnlySpan<byte> bytes, out MapEntry entry, out WireWriter value)
    {
        value = default;
        if (!MapEntry.TryRead(field, bytes, out entry))
            return false;
        value = new WireWriter(bytes.Length);
        var reader = new WireReader(bytes);
        while (!reader.AtEnd && reader.TryReadTag(out var tag))
        {
            if (tag != field.Value!.Tag || field.Value.WireType != WireReader.Bytes)
                reader.TrySkip(tag);
            else if (reader.TryReadBytes(out var piece))
                value.Raw(piece);
        }

        return true;
    }
}
