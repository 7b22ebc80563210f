using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>Small things about JSON that the ways in need.</summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    /// <summary>The bytes that the inside of a JSON string, known to be well formed, stands for; empty where it holds half of a surrogate pair.</summary>
    public static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> inside)
    {
        if (!inside.Contains((byte)'\\'))
            return inside;
        byte[] quoted = [(byte)'"', .. inside, (byte)'"'];
        var reader = new Utf8JsonReader(quoted);
        var text = new byte[inside.Length];
        try
        {
            reader.Read();
            return text.AsSpan(0, reader.CopyString(text));
        }
        catch (InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>Half of a surrogate pair is escaped somewhere in the texts of JSON that is known to be well formed: it stands for no character.</summary>
    public static bool HasLoneSurrogate(ReadOnlySpan<byte> json)
    {
        // Few texts hold such escapes at all.
        if (json.IndexOf("\\u"u8) < 0)
            return false;
        var afterHigh = false;
        while (true)
        {
            var escape = json.IndexOf((byte)'\\');
            if (afterHigh && escape != 0)
                return true;
            if (escape < 0)
                return false;
            var isUnit = json[escape + 1] == (byte)'u';
            var unit = isUnit && Utf8Parser.TryParse(json.Slice(escape + 2, 4), out ushort parsed, out _, 'x') ? (char)parsed : 'u';
            if (char.IsLowSurrogate(unit) != afterHigh)
                return true;
            afterHigh = char.IsHighSurrogate(unit);
            json = json[(escape + (isUnit ? 6 : 2))..];
        }
    }

    /// <summary>Writes JSON without line ends: in well-formed JSON they can only be white space, such as in what a backend sent.</summary>
    public static void WriteLine(IBufferWriter<byte> into, ReadOnlySpan<byte> json)
    {
        while (true)
        {
            var end = json.IndexOfAny(LineEnds);
            into.Write(end < 0 ? json : json[..end]);
            if (end < 0)
                return;
            into.Write(" "u8);
            json = json[(end + 1)..];
        }
    }
}
