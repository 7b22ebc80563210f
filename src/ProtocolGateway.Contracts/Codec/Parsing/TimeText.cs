namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>The text forms of Timestamp (RFC 3339) and Duration. Each method writes the message's content and answers null, or what is wrong.</summary>
internal static class TimeText
{
    // timestamp.proto: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z; duration.proto: 10,000 years either way,
    // to which the conformance suite adds a fraction.
    private const long MinTimestamp = -62_135_596_800;
    private const long MaxTimestamp = 253_402_300_799;
    private const long MaxDuration = 315_576_000_000;
    private const int SecondsPerDay = 86_400;

    private const string NotTimestamp = "expected a timestamp such as 2006-01-02T15:04:05.000Z";
    private const string NotDuration = "expected a duration such as 1.5s";

    private static readonly WireTag _seconds = new(1, WireType.Varint);
    private static readonly WireTag _nanos = new(2, WireType.Varint);

    public static string? WriteTimestamp(ReadOnlySpan<byte> text, WireBuffer wire)
    {
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':'
            || !TryDigits(text[..4], out var year) || !TryDigits(text.Slice(5, 2), out var month) || !TryDigits(text.Slice(8, 2), out var day)
            || !TryDigits(text.Slice(11, 2), out var hour) || !TryDigits(text.Slice(14, 2), out var minute) || !TryDigits(text.Slice(17, 2), out var second))
        {
            return NotTimestamp;
        }

        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return "the date or time does not exist";
        if (!TryFraction(text[19..], out var nanos, out var used) || !TryOffset(text[(19 + used)..], out var offset))
            return NotTimestamp;
        var days = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerDay;
        var seconds = MinTimestamp + days * SecondsPerDay + hour * 3600 + minute * 60 + second - offset;
        if (seconds is < MinTimestamp or > MaxTimestamp)
            return "the timestamp is out of range: years 0001 to 9999";
        Write(seconds, nanos, wire);
        return null;
    }

    public static string? WriteDuration(ReadOnlySpan<byte> text, WireBuffer wire)
    {
        var negative = text.Length > 0 && text[0] == '-';
        var rest = negative ? text[1..] : text;
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits < 1)
            return NotDuration;
        long seconds = 0;
        foreach (var b in rest[..digits])
        {
            seconds = seconds * 10 + (b - '0');
            if (seconds > MaxDuration)
                return "the duration is out of range: 315576000000 seconds either way";
        }

        if (!TryFraction(rest[digits..], out var nanos, out var used) || !rest[(digits + used)..].SequenceEqual("s"u8))
            return NotDuration;
        Write(negative ? -seconds : seconds, negative ? -nanos : nanos, wire);
        return null;
    }

    private static void Write(long seconds, int nanos, WireBuffer wire)
    {
        if (seconds != 0)
        {
            wire.WriteTag(_seconds);
            wire.WriteVarint((ulong)seconds);
        }

        if (nanos != 0)
        {
            wire.WriteTag(_nanos);
            wire.WriteVarint((ulong)(long)nanos);
        }
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var b in text)
        {
            if (b is < (byte)'0' or > (byte)'9')
                return false;
            value = value * 10 + (b - '0');
        }

        return true;
    }

    // Nothing, or a point and one to nine digits.
    private static bool TryFraction(ReadOnlySpan<byte> text, out int nanos, out int used)
    {
        nanos = 0;
        used = 0;
        if (text.Length == 0 || text[0] != '.')
            return true;
        var digits = text[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits is < 1 or > 9)
            return false;
        TryDigits(text.Slice(1, digits), out nanos);
        for (var i = digits; i < 9; i++)
            nanos *= 10;
        used = digits + 1;
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int seconds)
    {
        seconds = 0;
        if (text.SequenceEqual("Z"u8))
            return true;
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !TryDigits(text.Slice(1, 2), out var hours) || !TryDigits(text.Slice(4, 2), out var minutes) || hours > 23 || minutes > 59)
        {
            return false;
        }

        seconds = (hours * 60 + minutes) * 60;
        if (text[0] == '-')
            seconds = -seconds;
        return true;
    }
}
