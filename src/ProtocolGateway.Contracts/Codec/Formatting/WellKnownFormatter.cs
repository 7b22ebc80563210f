using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>The messages with a JSON form of their own, of which all bytes must be at hand: see protobuf.dev, ProtoJSON format.</summary>
internal static class WellKnownFormatter
{
    private const long MinTimestamp = -62135596800, MaxTimestamp = 253402300799, MaxDuration = 315576000000;

    public static bool Write(MessagePlan plan, ReadOnlySpan<byte> body, FormatContext context) => plan.WellKnown switch
    {
        WellKnown.Timestamp => Timestamp(body, context),
        WellKnown.Duration => Duration(body, context),
        WellKnown.FieldMask => FieldMask(body, context),
        WellKnown.Any => Any(plan, body, context),
        _ => Value(plan, body, context),
    };

    private static bool Timestamp(ReadOnlySpan<byte> body, FormatContext context)
    {
        if (!TryReadTime(body, out var seconds, out var nanos))
            return context.Fail(ObjectFormatter.Malformed);
        if (seconds is < MinTimestamp or > MaxTimestamp || nanos is < 0 or > 999_999_999)
            return context.Fail("the timestamp is not within the years 1 to 9999");
        var time = new DateTime((seconds - MinTimestamp) * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
        var sink = context.Sink;
        sink.Byte('"');
        Digits(time.Year, 4, sink);
        sink.Byte('-');
        Digits(time.Month, 2, sink);
        sink.Byte('-');
        Digits(time.Day, 2, sink);
        sink.Byte('T');
        Digits(time.Hour, 2, sink);
        sink.Byte(':');
        Digits(time.Minute, 2, sink);
        sink.Byte(':');
        Digits(time.Second, 2, sink);
        Fraction(nanos, sink);
        sink.Raw("Z\""u8);
        return true;
    }

    private static bool Duration(ReadOnlySpan<byte> body, FormatContext context)
    {
        if (!TryReadTime(body, out var seconds, out var nanos))
            return context.Fail(ObjectFormatter.Malformed);
        if (seconds is < -MaxDuration or > MaxDuration || nanos is < -999_999_999 or > 999_999_999)
            return context.Fail("the duration is longer than 10,000 years");
        if ((seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0))
            return context.Fail("seconds and nanos of the duration differ in sign");
        var sink = context.Sink;
        sink.Byte('"');
        if (seconds < 0 || nanos < 0)
            sink.Byte('-');
        sink.Int(Math.Abs(seconds));
        Fraction(Math.Abs(nanos), sink);
        sink.Raw("s\""u8);
        return true;
    }

    private static bool TryReadTime(ReadOnlySpan<byte> body, out long seconds, out int nanos)
    {
        seconds = 0;
        nanos = 0;
        var reader = new WireReader(body);
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var tag))
                return false;
            if (tag is not (8 or 16))
            {
                if (!reader.TrySkip(tag))
                    return false;
                continue;
            }

            if (!reader.TryReadVarint(out var value))
                return false;
            if (tag == 8)
                seconds = (long)value;
            else
                nanos = (int)value;
        }

        return true;
    }

    private static void Digits(int value, int count, JsonSink sink)
    {
        for (var power = count switch { 9 => 100_000_000, 6 => 100_000, 4 => 1000, 3 => 100, _ => 10 }; power > 0; power /= 10)
            sink.Byte((char)('0' + value / power % 10));
    }

    /// <summary>No, three, six or nine digits, as few as tell the value.</summary>
    private static void Fraction(int nanos, JsonSink sink)
    {
        if (nanos == 0)
            return;
        sink.Byte('.');
        if (nanos % 1_000_000 == 0)
            Digits(nanos / 1_000_000, 3, sink);
        else if (nanos % 1000 == 0)
            Digits(nanos / 1000, 6, sink);
        else
            Digits(nanos, 9, sink);
    }

    private static bool FieldMask(ReadOnlySpan<byte> body, FormatContext context)
    {
        context.Sink.Byte('"');
        var reader = new WireReader(body);
        for (var first = true; !reader.AtEnd;)
        {
            if (!reader.TryReadTag(out var tag))
                return context.Fail(ObjectFormatter.Malformed);
            if (tag != (1 << 3 | WireReader.Bytes))
            {
                if (!reader.TrySkip(tag))
                    return context.Fail(ObjectFormatter.Malformed);
                continue;
            }

            if (!reader.TryReadBytes(out var path))
                return context.Fail(ObjectFormatter.Malformed);
            if (!first)
                context.Sink.Byte(',');
            first = false;
            if (!Path(path, context.Sink))
                return context.Fail("a path of the field mask cannot be written in JSON");
        }

        context.Sink.Byte('"');
        return true;
    }

    /// <summary>A path in lowerCamel. False where reading it back would give another: capitals, and underscores not followed by a small letter.</summary>
    private static bool Path(ReadOnlySpan<byte> path, JsonSink sink)
    {
        if (!System.Text.Unicode.Utf8.IsValid(path))
            return false;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] is >= (byte)'A' and <= (byte)'Z' or (byte)',')
                return false;
            if (path[i] != '_')
            {
                sink.Escape(path.Slice(i, 1));
                continue;
            }

            if (++i == path.Length || path[i] is < (byte)'a' or > (byte)'z')
                return false;
            sink.Byte((char)(path[i] - 32));
        }

        return true;
    }

    private static bool Any(MessagePlan plan, ReadOnlySpan<byte> body, FormatContext context)
    {
        ReadOnlySpan<byte> url = default, value = default;
        var reader = new WireReader(body);
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var tag))
                return context.Fail(ObjectFormatter.Malformed);
            var read = tag switch
            {
                1 << 3 | WireReader.Bytes => reader.TryReadBytes(out url),
                2 << 3 | WireReader.Bytes => reader.TryReadBytes(out value),
                _ => reader.TrySkip(tag),
            };
            if (!read)
                return context.Fail(ObjectFormatter.Malformed);
        }

        var sink = context.Sink;
        if (url.IsEmpty && value.IsEmpty)
        {
            sink.Raw("{}"u8);
            return true;
        }

        sink.Raw("{\"@type\":"u8);
        if (!sink.Text(url, validate: true))
            return context.Fail("the type URL is not valid UTF-8");
        if (!Held(plan.Fields[0].Set.Resolve(url[(url.LastIndexOf((byte)'/') + 1)..]), value, context))
            return false;
        sink.Byte('}');
        return true;
    }

    private static bool Held(MessagePlan? held, ReadOnlySpan<byte> value, FormatContext context)
    {
        if (held is null)
        {
            // The type is in no contract. The bytes are kept for whoever knows it; the rest of the message is worth more than an error.
            context.Sink.Raw(",\"value\":"u8);
            context.Sink.Base64(value);
            return true;
        }

        if (held.WellKnown is WellKnown.None or WellKnown.HttpBody)
            return ObjectFormatter.MembersInAny(held, value, context);
        context.Sink.Raw(",\"value\":"u8);
        var reader = new WireReader(value);
        return ObjectFormatter.Message(held, ref reader, 0, context);
    }

    private static bool Value(MessagePlan plan, ReadOnlySpan<byte> body, FormatContext context)
    {
        var reader = new WireReader(body);
        var index = -1;
        ulong bits = 0;
        ReadOnlySpan<byte> bytes = default;
        while (!reader.AtEnd)
        {
            if (!reader.TryReadTag(out var tag))
                return context.Fail(ObjectFormatter.Malformed);
            var at = plan.IndexOf(tag, -1);
            if (at < 0 || tag != plan.Fields[at].Tag)
            {
                if (!reader.TrySkip(tag))
                    return context.Fail(ObjectFormatter.Malformed);
                continue;
            }

            if (index >= 0)
                return context.Reorder(); // two kinds, or two halves of one list
            index = at;
            if (!(plan.Fields[at].Kind < ValueKind.String ? reader.TryReadBits((int)(tag & 7), out bits) : reader.TryReadBytes(out bytes)))
                return context.Fail(ObjectFormatter.Malformed);
        }

        if (index < 0)
            return context.Fail("a Value that holds nothing cannot be written in JSON");
        var field = plan.Fields[index];
        if (field.Kind == ValueKind.Double && !double.IsFinite(BitConverter.UInt64BitsToDouble(bits)))
            return context.Fail("a Value cannot hold NaN or an infinity in JSON");
        if (field.Kind == ValueKind.String)
            return context.Sink.Text(bytes, validate: true) || context.Fail("not valid UTF-8");
        if (field.Kind == ValueKind.Message)
        {
            var inner = new WireReader(bytes);
            return ObjectFormatter.Message(field.Message, ref inner, 0, context);
        }

        ValueFormatter.Number(field.Kind, bits, context.Sink);
        return true;
    }
}
