using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>Percent escapes of RFC 3986 over request targets, which are ASCII.</summary>
internal static class PercentCoding
{
    // RFC 3986, section 3.3: pchar, without the escape itself.
    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=@:");

    /// <summary>Decodes into UTF-8 and gives the length; -1 for a bad escape, or for what is not UTF-8. A destination as long as the text always suffices for ASCII text.</summary>
    /// <param name="text">Escaped text; characters above ASCII are bad.</param>
    /// <param name="utf8">At least as long as the text.</param>
    /// <param name="keepSlashes">Leaves %2F and %2f as they are.</param>
    /// <param name="plusIsSpace">Query text: a plus is a space.</param>
    public static int Decode(ReadOnlySpan<char> text, Span<byte> utf8, bool keepSlashes, bool plusIsSpace = false)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c > 127)
                return -1;
            if (c == '%')
            {
                if (!TryReadEscape(text[i..], out var value))
                    return -1;
                if (keepSlashes && value == '/')
                {
                    utf8[length++] = (byte)'%';
                    continue;
                }

                i += 2;
                utf8[length++] = value;
            }
            else
            {
                utf8[length++] = plusIsSpace && c == '+' ? (byte)' ' : (byte)c;
            }
        }

        return Utf8.IsValid(utf8[..length]) ? length : -1;
    }

    /// <summary>Decodes into a string; for load time and error texts. Characters above ASCII stay as they are.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, bool keepSlashes, out string decoded)
    {
        if (text.IndexOf('%') < 0)
        {
            decoded = text.ToString();
            return true;
        }

        var bytes = new ArrayBufferWriter<byte>(text.Length);
        decoded = "";
        while (!text.IsEmpty)
        {
            var plain = text.IndexOf('%');
            Encoding.UTF8.GetBytes(plain < 0 ? text : text[..plain], bytes);
            if (plain < 0)
                break;
            text = text[plain..];
            if (!TryReadEscape(text, out var value))
                return false;
            if (keepSlashes && value == '/')
                Encoding.UTF8.GetBytes(text[..3], bytes);
            else
                bytes.Write([value]);
            text = text[3..];
        }

        if (!Utf8.IsValid(bytes.WrittenSpan))
            return false;
        decoded = Encoding.UTF8.GetString(bytes.WrittenSpan);
        return true;
    }

    /// <summary>True where all escapes are whole and what they say is UTF-8 throughout. The text has passed the check for ASCII.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.IndexOf('%') < 0)
            return true;
        byte[]? rented = null;
        var buffer = text.Length <= 512 ? stackalloc byte[512] : (rented = ArrayPool<byte>.Shared.Rent(text.Length));
        var valid = Decode(text, buffer, keepSlashes: false) >= 0;
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
        return valid;
    }

    /// <summary>Appends a literal, escaped for a path.</summary>
    public static void AppendEscaped(StringBuilder into, ReadOnlySpan<char> decoded)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in decoded.EnumerateRunes())
        {
            if (rune.IsAscii && PathCharacters.Contains((char)rune.Value))
            {
                into.Append((char)rune.Value);
                continue;
            }

            var length = rune.EncodeToUtf8(utf8);
            for (var i = 0; i < length; i++)
                into.Append('%').Append(utf8[i].ToString("X2"));
        }
    }

    /// <summary>Appends text that is escaped already; what is neither an escape nor legal in a path is escaped.</summary>
    /// <param name="into">Where to.</param>
    /// <param name="raw">Checked by <see cref="IsValid"/>.</param>
    /// <param name="keepSlashes">A raw slash stays one.</param>
    public static void AppendRaw(StringBuilder into, ReadOnlySpan<char> raw, bool keepSlashes)
    {
        foreach (var c in raw)
        {
            if (c == '%' || PathCharacters.Contains(c) || (keepSlashes && c == '/'))
                into.Append(c);
            else
                into.Append('%').Append(((int)c).ToString("X2"));
        }
    }

    private static bool TryReadEscape(ReadOnlySpan<char> text, out byte value)
    {
        value = 0;
        if (text.Length < 3 || !char.IsAsciiHexDigit(text[1]) || !char.IsAsciiHexDigit(text[2]))
            return false;
        value = (byte)((Hex(text[1]) << 4) | Hex(text[2]));
        return true;
    }

    private static int Hex(char c) => c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
