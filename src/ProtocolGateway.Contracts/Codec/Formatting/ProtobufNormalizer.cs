using System.Buffers;
using System.Text.Unicode;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>
/// Checks protobuf wire bytes against a message type and writes them as a serializer that had parsed them would: fields by ascending number, the last of
/// singular ones, halves of messages joined, lists packed as declared, unknown fields last and kept.
/// </summary>
public sealed class ProtobufNormalizer
{
    private readonly MessagePlan _plan;
    private readonly CodecOptions _options;

    private ProtobufNormalizer(MessagePlan plan, CodecOptions options) => (_plan, _options) = (plan, options);

    /// <summary>A normalizer for messages of a type.</summary>
    public static ProtobufNormalizer Compile(MessageType type, CodecOptions options) =>
        new(new FormatPlanSet(options, static _ => null).PlanFor(type), options);

    /// <summary>Writes the normal form of a message.</summary>
    /// <returns>Null, or what is wrong with the message; nothing is written then.</returns>
    public CodecError? Normalize(ReadOnlySequence<byte> message, IBufferWriter<byte> output)
    {
        var context = FormatContext.Take(_options);
        var writer = new WireWriter((int)message.Length + 64);
        var body = message.IsSingleSegment ? message.FirstSpan : message.ToArray();
        var error = Message(_plan, body, ref writer, context) ? null : new CodecError(context.Path, context.Error ?? ObjectFormatter.Malformed);
        if (error is null)
            output.Write(writer.Written);
        writer.Release();
        FormatContext.Return(context);
        return error;
    }

    private static bool Message(MessagePlan plan, ReadOnlySpan<byte> body, ref WireWriter writer, FormatContext context)
    {
        if (++context.Depth > context.MaxDepth)
            return context.Fail($"nested deeper than {context.MaxDepth} levels");
        if (!WireRecords.TryCollect(plan, body, keepUnknown: true, out var records))
            return context.Fail(ObjectFormatter.Malformed);
        var unknown = new WireWriter(64);
        var required = 0;
        var done = true;
        for (int i = 0, run; done && i < records.All.Length; i += run)
        {
            run = records.RunFrom(i);
            var same = records.All.Slice(i, run);
            if (same[0].Field == WireRecords.Unknown)
            {
                foreach (var record in same)
                    Unknown(record, body, ref unknown);
                continue;
            }

            var field = plan.Fields[same[0].Field];
            if (field.IsRequired)
                required++;
            done = Field(field, same, body, ref writer, ref unknown, context) || context.At(field.Field);
        }

        writer.Raw(unknown.Written);
        unknown.Release();
        records.Release();
        context.Depth--;
        return done && (required >= plan.RequiredCount || context.Fail("a required field is missing"));
    }

    private static void Unknown(WireRecord record, ReadOnlySpan<byte> body, ref WireWriter unknown)
    {
        unknown.Varint(record.Tag);
        if ((record.Tag & 7) == WireReader.Bytes)
            unknown.Varint((ulong)record.Length);
        unknown.Raw(body.Slice(record.Start, record.Length));
        if ((record.Tag & 7) == WireReader.StartGroup)
            unknown.Varint((record.Tag & ~7u) | WireReader.EndGroup);
    }

    private static bool Field(
        FieldPlan field, ReadOnlySpan<WireRecord> records, ReadOnlySpan<byte> body, ref WireWriter writer, ref WireWriter unknown, FormatContext context)
    {
        if (field.Cardinality == Cardinality.Map)
            return Map(field, records, body, ref writer, ref unknown, context);
        if (field.Kind == ValueKind.Message)
            return Messages(field, records, body, ref writer, context);
        if (field.Cardinality == Cardinality.Singular)
            records = records[^1..];
        if (field.Kind < ValueKind.String)
            return Numbers(field, records, body, ref writer, ref unknown, context);
        foreach (var record in records)
        {
            var value = body.Slice(record.Start, record.Length);
            if (field.Kind == ValueKind.String && field.ValidateUtf8 && !Utf8.IsValid(value))
                return context.Fail("not valid UTF-8");
            if (field.Cardinality == Cardinality.Singular && field.Implicit && value.IsEmpty)
                continue;
            writer.Varint(field.Tag);
            writer.Bytes(value);
        }

        return true;
    }

    private static bool Numbers(
        FieldPlan field, ReadOnlySpan<WireRecord> records, ReadOnlySpan<byte> body, ref WireWriter writer, ref WireWriter unknown, FormatContext context)
    {
        var packed = (field.Tag & 7) == WireReader.Bytes;
        var values = new WireWriter(64);
        var done = true;
        foreach (var record in records)
        {
            var reader = new WireReader(body.Slice(record.Start, record.Length));
            while (done && !reader.AtEnd)
            {
                if (!reader.TryReadBits(field.WireType, out var bits))
                {
                    done = context.Fail(ObjectFormatter.Malformed);
                    break;
                }

                bits = ValueFormatter.Normalize(field.Kind, bits);
                if (field.Enum is { } known && !known.Knows((int)bits))
                {
                    unknown.Varint((uint)field.Field.Number << 3);
                    unknown.Varint((ulong)(int)bits);
                    continue;
                }

                if (bits == 0 && field.Implicit && field.Cardinality == Cardinality.Singular)
                    continue;
                if (!packed)
                    values.Varint(field.Tag);
                values.Bits(field.WireType, Widen(field.Kind, bits));
            }
        }

        if (packed && values.Length > 0)
        {
            writer.Varint(field.Tag);
            writer.Varint((ulong)values.Length);
        }

        writer.Raw(values.Written);
        values.Release();
        return done;
    }

    private static bool Messages(FieldPlan field, ReadOnlySpan<WireRecord> records, ReadOnlySpan<byte> body, ref WireWriter writer, FormatContext context)
    {
        if (field.Cardinality == Cardinality.Singular && records.Length > 1)
        {
            var joined = new WireWriter(body.Length);
            foreach (var record in records)
                joined.Raw(body.Slice(record.Start, record.Length));
            var one = Nested(field, field.Tag, joined.Written, ref writer, context);
            joined.Release();
            return one;
        }

        foreach (var record in records)
        {
            if (!Nested(field, field.Tag, body.Slice(record.Start, record.Length), ref writer, context))
                return false;
        }

        return true;
    }

    private static bool Nested(FieldPlan field, uint tag, ReadOnlySpan<byte> body, ref WireWriter writer, FormatContext context)
    {
        var inner = new WireWriter(body.Length + 64);
        var done = Message(field.Message, body, ref inner, context);
        writer.Varint(tag);
        if ((tag & 7) == WireReader.StartGroup)
        {
            writer.Raw(inner.Written);
            writer.Varint((tag & ~7u) | WireReader.EndGroup);
        }
        else
        {
            writer.Bytes(inner.Written);
        }

        inner.Release();
        return done;
    }

    private static bool Map(
        FieldPlan field, ReadOnlySpan<WireRecord> records, ReadOnlySpan<byte> body, ref WireWriter writer, ref WireWriter unknown, FormatContext context)
    {
        var known = new List<EntryRange>();
        foreach (var record in records)
        {
            if (!MapEntry.TryRead(field, body.Slice(record.Start, record.Length), out var entry))
                return context.Fail(ObjectFormatter.Malformed);
            if (field.Value!.Enum is { } values && !values.Knows((int)entry.ValueBits))
                Unknown(record, body, ref unknown);
            else
                known.Add(new EntryRange(record.Start, record.Length));
        }

        var dropped = new bool[known.Count];
        var ranges = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(known);
        MapKeys.MarkEarlier(field, body, ranges, dropped);
        for (var i = 0; i < ranges.Length; i++)
        {
            if (!dropped[i] && !Entry(field, body.Slice(ranges[i].Start, ranges[i].Length), ref writer, context))
                return false;
        }

        return true;
    }

    private static bool Entry(FieldPlan field, ReadOnlySpan<byte> bytes, ref WireWriter writer, FormatContext context)
    {
        var whole = new WireWriter(bytes.Length + 64);
        var done = WireReorder.TryJoinEntry(field, bytes, out var entry, out var value)
            && Part(field.Key!, entry.Key, entry.KeyBits, ref whole, context)
            && (field.Value!.Kind == ValueKind.Message
                ? Nested(field.Value, field.Value.Tag, value.Written, ref whole, context)
                : Part(field.Value, entry.Value, entry.ValueBits, ref whole, context));
        value.Release();
        writer.Varint(field.Tag);
        writer.Bytes(whole.Written);
        whole.Release();
        return done || (context.Error is null && context.Fail(ObjectFormatter.Malformed));
    }

    private static bool Part(FieldPlan part, ReadOnlySpan<byte> bytes, ulong bits, ref WireWriter writer, FormatContext context)
    {
        if (part.Kind == ValueKind.String && part.ValidateUtf8 && !Utf8.IsValid(bytes))
            return context.Fail("not valid UTF-8");
        writer.Varint(part.Tag);
        if (part.WireType == WireReader.Bytes)
            writer.Bytes(bytes);
        else
            writer.Bits(part.WireType, Widen(part.Kind, bits));
        return true;
    }

    /// <summary>Negative 32-bit numbers are written as 64-bit varints.</summary>
    private static ulong Widen(ValueKind kind, ulong bits) =>
        kind is ValueKind.Int32 or ValueKind.Enum or ValueKind.NullValue ? (ulong)(int)bits : bits;
}
