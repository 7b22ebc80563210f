using System.Buffers.Text;
using System.Text;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>The escapes of RFC 8259 section 7.</summary>
internal static class JsonEscapes
{
    /// <summary>How many bytes of UTF-8 one escape, or a pair of surrogates, becomes at most.</summary>
    public const int LongestDecoded = 4;

    /// <summary>Decodes the escape that the text begins with into at most <see cref="LongestDecoded"/> bytes of UTF-8. False for an unknown escape or half a surrogate pair.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> output, out int consumed, out int produced)
    {
        consumed = 2;
        produced = 1;
        if (text.Length < 2)
            return false;
        switch (text[1])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/':
                output[0] = text[1];
                return true;
            case (byte)'b':
                output[0] = 0x08;
                return true;
            case (byte)'f':
                output[0] = 0x0C;
                return true;
            case (byte)'n':
                output[0] = 0x0A;
                return true;
            case (byte)'r':
                output[0] = 0x0D;
                return true;
            case (byte)'t':
                output[0] = 0x09;
                return true;
            case (byte)'u':
                return TryDecodeUnicode(text, output, out consumed, out produced);
            default:
                return false;
        }
    }

    private static bool TryDecodeUnicode(ReadOnlySpan<byte> text, Span<byte> output, out int consumed, out int produced)
    {
        consumed = 6;
        produced = 0;
        if (!TryHex(text, out var unit))
            return false;
        Rune rune;
        if (char.IsHighSurrogate(unit))
        {
            if (!TryHex(text[6..], out var low) || !Rune.TryCreate(unit, low, out rune))
                return false;
            consumed = 12;
        }
        else if (!Rune.TryCreate(unit, out rune))
        {
            return false;
        }

        produced = rune.EncodeToUtf8(output);
        return true;
    }

    // "\uXXXX".
    private static bool TryHex(ReadOnlySpan<byte> text, out char unit)
    {
        unit = '\0';
        if (text.Length < 6 || text[0] != '\\' || text[1] != 'u'
            || !Utf8Parser.TryParse(text.Slice(2, 4), out ushort value, out var used, 'x') || used != 4)
        {
            return false;
        }

        unit = (char)value;
        return true;
    }
}
