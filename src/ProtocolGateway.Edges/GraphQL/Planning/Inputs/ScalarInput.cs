using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning.Inputs;

/// <summary>Coerces one JSON value to a scalar type, as the contract's JSON has it (specification, "Scalars", input coercion).</summary>
internal static class ScalarInput
{
    // Longer numbers need no double to tell that they are none of 64 bits, and cost time.
    private const int LongestNumber = 400;

    /// <summary>Writes the value; false, and nothing is written, where it is none of the type's.</summary>
    /// <param name="scalar">The type.</param>
    /// <param name="value">One JSON value, not null.</param>
    /// <param name="into">Takes the coerced value.</param>
    public static bool TryWrite(GraphScalar scalar, ReadOnlySpan<byte> value, PooledBuffer into)
    {
        switch (scalar)
        {
            case GraphScalar.Json:
                break;
            case GraphScalar.Boolean:
                if (value[0] is not ((byte)'t' or (byte)'f'))
                    return false;
                break;
            case GraphScalar.Int or GraphScalar.UInt32:
                return TryWriteInteger(scalar, value, into);
            case GraphScalar.Int64 or GraphScalar.UInt64:
                return TryWriteInteger(scalar, value[0] == '"' ? value[1..^1] : value, into);
            case GraphScalar.Float or GraphScalar.Double:
                if (!IsFinite(value) && (scalar == GraphScalar.Float || !IsNonFinite(value)))
                    return false;
                break;
            case GraphScalar.Id when value[0] != '"':
                return TryWriteId(value, into);
            default:
                if (value[0] != '"')
                    return false;
                break;
        }

        into.Write(value);
        return true;
    }

    private static bool TryWriteId(ReadOnlySpan<byte> value, PooledBuffer into)
    {
        var digits = value[0] == '-' ? value[1..] : value;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        into.Write("\""u8);
        into.Write(value);
        into.Write("\""u8);
        return true;
    }

    private static bool TryWriteInteger(GraphScalar scalar, ReadOnlySpan<byte> text, PooledBuffer into)
    {
        if (IsInteger(scalar, text))
        {
            into.Write(text);
            return true;
        }

        // 1e3 and 2.0 are integers too, where JSON says them.
        if (text.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0 || text.Length > LongestNumber
            || !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || number != decimal.Truncate(number))
        {
            return false;
        }

        var plain = Encoding.ASCII.GetBytes(decimal.Truncate(number).ToString("0", CultureInfo.InvariantCulture));
        if (!IsInteger(scalar, plain))
            return false;
        into.Write(plain);
        return true;
    }

    private static bool IsInteger(GraphScalar scalar, ReadOnlySpan<byte> text) => !text.IsEmpty && text[0] != '+' && scalar switch
    {
        GraphScalar.Int => Utf8Parser.TryParse(text, out int _, out var used) && used == text.Length,
        GraphScalar.UInt32 => Utf8Parser.TryParse(text, out uint _, out var used) && used == text.Length,
        GraphScalar.UInt64 => Utf8Parser.TryParse(text, out ulong _, out var used) && used == text.Length,
        _ => Utf8Parser.TryParse(text, out long _, out var used) && used == text.Length,
    };

    private static bool IsFinite(ReadOnlySpan<byte> value) =>
        value[0] is (>= (byte)'0' and <= (byte)'9') or (byte)'-' && Utf8Parser.TryParse(value, out double number, out var used) && used == value.Length && double.IsFinite(number);

    private static bool IsNonFinite(ReadOnlySpan<byte> value) =>
        value.SequenceEqual("\"NaN\""u8) || value.SequenceEqual("\"Infinity\""u8) || value.SequenceEqual("\"-Infinity\""u8);
}
