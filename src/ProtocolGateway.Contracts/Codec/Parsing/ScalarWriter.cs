namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>Scalars from numbers and from text to the wire. Every method answers null, or what is wrong.</summary>
internal static class ScalarWriter
{
    // In the order of ValueKind.
    private static readonly string[] _names =
        ["a double", "a float", "an int32", "an int64", "a uint32", "a uint64", "a sint32", "a sint64", "a fixed32", "a fixed64", "a sfixed32", "a sfixed64",
         "true or false", "a string", "base64 in a string", "an enum value", "null", "an object", "a timestamp", "a duration", "a field mask", "an object", "a value",
         "an array", "an object", "a value", "nothing (the type has no protobuf form)"];

    private static readonly string[] _notInRange = [.. _names.Select(n => "the number is out of range or not whole, expected " + n)];
    private static readonly string[] _notRead = [.. _names.Select(n => "expected " + n)];

    /// <summary>What a value of that kind is called in errors.</summary>
    public static string NameOf(ValueKind kind) => _names[(int)kind];

    public static string? WriteNumber(ValueKind kind, in NumberText number, WireBuffer wire)
    {
        switch (kind)
        {
            case ValueKind.Double:
                if (!number.TryDouble(out var d))
                    return "the number is out of range for a double";
                wire.WriteFixed64(BitConverter.DoubleToUInt64Bits(d));
                return null;
            case ValueKind.Float:
                if (!number.TryFloat(out var f))
                    return "the number is out of range for a float";
                wire.WriteFixed32(BitConverter.SingleToUInt32Bits(f));
                return null;
            case ValueKind.UInt64 or ValueKind.Fixed64:
                if (!TryUnsigned(number, ulong.MaxValue, out var u64))
                    break;
                if (kind == ValueKind.UInt64)
                    wire.WriteVarint(u64);
                else
                    wire.WriteFixed64(u64);
                return null;
            case ValueKind.UInt32 or ValueKind.Fixed32:
                if (!TryUnsigned(number, uint.MaxValue, out var u32))
                    break;
                if (kind == ValueKind.UInt32)
                    wire.WriteVarint(u32);
                else
                    wire.WriteFixed32((uint)u32);
                return null;
            default:
                return WriteSigned(kind, number, wire);
        }

        return _notInRange[(int)kind];
    }

    /// <summary>A whole number in the range of an int32.</summary>
    public static bool TryInt32(in NumberText number, out int value)
    {
        var ok = TrySigned(number, out var wide) && wide is >= int.MinValue and <= int.MaxValue;
        value = ok ? (int)wide : 0;
        return ok;
    }

    /// <summary>A scalar other than an enum from its text: that of a JSON string, of a map's key, or of a URL. The text is valid UTF-8.</summary>
    public static string? WriteText(ValueKind kind, ReadOnlySpan<byte> text, WireBuffer wire)
    {
        switch (kind)
        {
            case ValueKind.String:
                wire.WriteLengthPrefixed(text);
                return null;
            case ValueKind.Bytes:
                return Base64Text.TryWrite(text, wire) ? null : "expected base64 or base64url";
            case ValueKind.Bool:
                if (!text.SequenceEqual("true"u8) && !text.SequenceEqual("false"u8))
                    return _notRead[(int)kind];
                wire.WriteVarint(text.Length == 4 ? 1UL : 0);
                return null;
            case ValueKind.Double or ValueKind.Float when TryNamedNumber(text, out var named):
                // The quiet NaN that other writers write; .NET's own has the sign set.
                if (kind == ValueKind.Double)
                    wire.WriteFixed64(double.IsNaN(named) ? 0x7FF8_0000_0000_0000 : BitConverter.DoubleToUInt64Bits(named));
                else
                    wire.WriteFixed32(double.IsNaN(named) ? 0x7FC0_0000 : BitConverter.SingleToUInt32Bits((float)named));
                return null;
            default:
                // A number must fill the text: no spaces, no plus.
                return text.Length > 0 && NumberText.Read(text, out var number) == text.Length ? WriteNumber(kind, number, wire) : _notRead[(int)kind];
        }
    }

    private static string? WriteSigned(ValueKind kind, in NumberText number, WireBuffer wire)
    {
        if (!TrySigned(number, out var value))
            return _notInRange[(int)kind];
        var narrow = kind is ValueKind.Int32 or ValueKind.SInt32 or ValueKind.SFixed32;
        if (narrow && (value is < int.MinValue or > int.MaxValue))
            return _notInRange[(int)kind];
        switch (kind)
        {
            case ValueKind.SInt32 or ValueKind.SInt64:
                wire.WriteVarint((ulong)((value << 1) ^ (value >> 63)));
                return null;
            case ValueKind.SFixed32:
                wire.WriteFixed32((uint)value);
                return null;
            case ValueKind.SFixed64:
                wire.WriteFixed64((ulong)value);
                return null;
            case ValueKind.Int32 or ValueKind.Int64:
                wire.WriteVarint((ulong)value);
                return null;
            default:
                return _notRead[(int)kind];
        }
    }

    private static bool TrySigned(in NumberText number, out long value)
    {
        value = 0;
        if (!number.TryWhole(out var magnitude) || magnitude > (number.Negative ? 1UL << 63 : long.MaxValue))
            return false;
        value = number.Negative ? (long)(0 - magnitude) : (long)magnitude;
        return true;
    }

    private static bool TryUnsigned(in NumberText number, ulong max, out ulong value) =>
        number.TryWhole(out value) && value <= max && (!number.Negative || value == 0);

    private static bool TryNamedNumber(ReadOnlySpan<byte> text, out double value)
    {
        value = text.SequenceEqual("NaN"u8) ? double.NaN
            : text.SequenceEqual("Infinity"u8) ? double.PositiveInfinity
            : text.SequenceEqual("-Infinity"u8) ? double.NegativeInfinity : 0;
        return !double.IsFinite(value);
    }
}
