using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ProtocolGateway.Edges;

/// <summary>JSON's escapes, where a text has to be read or written and not only passed on. Off the usual path.</summary>
internal static class JsonEscapes
{
    /// <summary>The bytes that the inside of a JSON string stands for. A lone surrogate becomes U+FFFD.</summary>
    public static byte[] Unescape(ReadOnlySpan<byte> inside) => Encoding.UTF8.GetBytes(ToText(inside));

    /// <summary>The text that the inside of a JSON string stands for. A lone surrogate stays one.</summary>
    public static string ToText(ReadOnlySpan<byte> inside)
    {
        if (!inside.Contains((byte)'\\'))
            return Encoding.UTF8.GetString(inside);
        var text = new StringBuilder(inside.Length);
        while (!inside.IsEmpty)
        {
            var plain = inside.IndexOf((byte)'\\');
            if (plain < 0)
                plain = inside.Length;
            text.Append(Encoding.UTF8.GetString(inside[..plain]));
            inside = inside[plain..];
            if (inside.Length >= 2)
                inside = inside[Append(text, inside)..];
        }

        return text.ToString();
    }

    /// <summary>Writes a text as a JSON string, quotes included.</summary>
    public static void Write(IBufferWriter<byte> into, ReadOnlySpan<char> text)
    {
        into.Write("\""u8);
        into.Write(Encode(text));
        into.Write("\""u8);
    }

    /// <summary>A text as a JSON string, quotes included.</summary>
    public static byte[] Quote(ReadOnlySpan<char> text) => [(byte)'"', .. Encode(text), (byte)'"'];

    // By way of UTF-8, which has U+FFFD for a lone surrogate: the encoder throws on one.
    private static ReadOnlySpan<byte> Encode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return JsonEncodedText.Encode(bytes, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
    }

    // The text has been checked: what follows a backslash is one of RFC 8259's escapes.
    private static int Append(StringBuilder text, ReadOnlySpan<byte> escape)
    {
        switch (escape[1])
        {
            case (byte)'u' when escape.Length >= 6:
                text.Append((char)int.Parse(escape[2..6], System.Globalization.NumberStyles.AllowHexSpecifier));
                return 6;
            case (byte)'b': text.Append('\b'); break;
            case (byte)'f': text.Append('\f'); break;
            case (byte)'n': text.Append('\n'); break;
            case (byte)'r': text.Append('\r'); break;
            case (byte)'t': text.Append('\t'); break;
            default: text.Append((char)escape[1]); break;
        }

        return 2;
    }
}
