using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>Percent escapes of RFC 3986 over request targets, which are ASCII.</summary>
internal static class PercentCoding
{
    // RFC 3986, section 3.3: pchar, without the escape itself.
    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=@:");

    private static readonly SearchValues<char> RawCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=@:%");

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

    /// <summary>Appends one segment, or a piece of it, that is escaped already; what is neither an escape nor legal in a path is escaped.</summary>
    /// <param name="into">Where to.</param>
    /// <param name="raw">Checked by <see cref="IsValid"/>.</param>
    public static void AppendRaw(ref DefaultInterpolatedStringHandler into, ReadOnlySpan<char> raw)
    {
        while (!raw.IsEmpty)
        {
            var legal = raw.IndexOfAnyExcept(RawCharacters);
            into.AppendFormatted(legal < 0 ? raw : raw[..legal]);
            if (legal < 0)
                return;
            into.AppendLiteral("%");
            into.AppendFormatted((int)raw[legal], "X2");
            raw = raw[(legal + 1)..];
        }
    }

    /// <summary>
    /// True where a path has a segment <c>.</c> or <c>..</c>, however it is escaped, and however its slashes are: what a backend or a proxy before it
    /// might take for a step to another path.
    /// </summary>
    public static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        if (path.IndexOf('.') < 0 && !path.Contains("%2e", StringComparison.OrdinalIgnoreCase))
            return false;
        var dots = 0;
        var others = 0;
        for (var i = 0; i < path.Length; i++)
        {
            var c = path[i];
            if (c == '%' && TryReadEscape(path[i..], out var value))
            {
                c = (char)value;
                i += 2;
            }

            if (c is '/' or '\\')
            {
                if (others == 0 && dots is (1 or 2))
                    return true;
                (dots, others) = (0, 0);
            }
            else if (c == '.')
            {
                dots++;
            }
            else
            {
                others++;
            }
        }

        return others == 0 && dots is (1 or 2);
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
