using System.Buffers;
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
