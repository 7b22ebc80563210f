using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Writes a backend's JSON value as a leaf of the answer, where it is one of its type (specification, "Scalars", result coercion).</summary>
internal static class LeafWriter
{
    /// <summary>Writes the value; false, and nothing is written, where it is none of the type's.</summary>
    /// <param name="leaf">The type.</param>
    /// <param name="value">One JSON value, not null.</param>
    /// <param name="into">The answer.</param>
    public static bool TryWrite(LeafPlan leaf, ReadOnlySpan<byte> value, PooledBuffer into)
    {
        if (leaf.Enum is { } values)
            value = values.ToGraph(value);
        else if (leaf.Scalar is GraphScalar.String or GraphScalar.Id or GraphScalar.Int64 or GraphScalar.UInt64 && IsBare(value))
            return TryQuote(leaf.Scalar, value, into);
        else if (!Fits(leaf.Scalar, value))
            return leaf.Scalar is GraphScalar.Int or GraphScalar.UInt32 && TryWriteWhole(leaf.Scalar, value, into);
        into.Write(value);
        return !value.IsEmpty;
    }

    /// <summary>Writes the name of a JSON member as the key of a map's entry.</summary>
    public static bool TryWriteKey(LeafPlan leaf, ReadOnlySpan<byte> quoted, PooledBuffer into) =>
        leaf.Scalar is GraphScalar.Int or GraphScalar.UInt32 or GraphScalar.Boolean ? TryWrite(leaf, quoted[1..^1], into) : TryWrite(leaf, quoted, into);

    private static bool IsBare(ReadOnlySpan<byte> value) => value[0] is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'t' or (byte)'f';

    // Numbers and booleans may stand for text; 64 bits are text always, so that no client rounds them.
    private static bool TryQuote(GraphScalar scalar, ReadOnlySpan<byte> value, PooledBuffer into)
    {
        if (scalar is GraphScalar.Int64 or GraphScalar.UInt64 && !IsInteger(scalar, value))
            return TryWriteWhole(scalar, value, into);
        if (scalar == GraphScalar.Id && value[0] is (byte)'t' or (byte)'f')
            return false;
        into.Write("\""u8);
        into.Write(value);
        into.Write("\""u8);
        return true;
    }

    // JSON has one kind of number: 5.0 and 1e3 are integers too (JSON Schema, "integer"), written as such (specification, "Int", result coercion).
    private static bool TryWriteWhole(GraphScalar scalar, ReadOnlySpan<byte> value, PooledBuffer into)
    {
        if (!IsBare(value) || !Utf8Parser.TryParse(value, out decimal number, out var used, value.IndexOfAny((byte)'e', (byte)'E') >= 0 ? 'E' : 'G') || used != value.Length)
            return false;
        Span<byte> digits = stackalloc byte[32];
        if (number != decimal.Truncate(number) || !decimal.Truncate(number).TryFormat(digits, out var length, "0", CultureInfo.InvariantCulture))
            return false;
        ReadOnlySpan<byte> whole = digits[..length];
        if (!IsInteger(scalar, whole))
            return false;
        if (scalar is GraphScalar.Int64 or GraphScalar.UInt64)
            return TryQuote(scalar, whole, into);
        into.Write(whole);
        return true;
    }

    private static bool Fits(GraphScalar scalar, ReadOnlySpan<byte> value) => scalar switch
    {
        GraphScalar.Json => true,
        GraphScalar.Boolean => value[0] is (byte)'t' or (byte)'f',
        GraphScalar.Int or GraphScalar.UInt32 => IsInteger(scalar, value),
        // Numbers beyond a double's range read as infinite, which no Float is (specification, "Float").
        GraphScalar.Float => IsFinite(value),
        GraphScalar.Double => IsFinite(value) || value.SequenceEqual("\"NaN\""u8) || value.SequenceEqual("\"Infinity\""u8) || value.SequenceEqual("\"-Infinity\""u8),
        GraphScalar.Int64 or GraphScalar.UInt64 => value[0] == '"' && IsInteger(scalar, value[1..^1]),
        _ => value[0] == '"',
    };

    private static bool IsInteger(GraphScalar scalar, ReadOnlySpan<byte> text) => scalar switch
    {
        GraphScalar.Int => Utf8Parser.TryParse(text, out int _, out var used) && used == text.Length,
        GraphScalar.UInt32 => Utf8Parser.TryParse(text, out uint _, out var used) && used == text.Length,
        GraphScalar.UInt64 => Utf8Parser.TryParse(text, out ulong _, out var used) && used == text.Length,
        _ => Utf8Parser.TryParse(text, out long _, out var used) && used == text.Length,
    };

    // Fifteen digits without an exponent are finite: most numbers need no parsing.
    private static bool IsFinite(ReadOnlySpan<byte> value) =>
        value[0] is (>= (byte)'0' and <= (byte)'9') or (byte)'-'
        && (value.Length <= 16 && value.IndexOfAny((byte)'e', (byte)'E') < 0
            || Utf8Parser.TryParse(value, out double number, out var used) && used == value.Length && double.IsFinite(number));
}
