using System.Buffers;
using System.Buffers.Text;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>Base64 and base64url (RFC 4648 sections 4 and 5), padded or not.</summary>
internal static class Base64Text
{
    private const byte Invalid = 0xFF;

    private static readonly byte[] _values = Values();

    /// <summary>Writes length and bytes; false when the text is not base64, with nothing or something written.</summary>
    public static bool TryWrite(ReadOnlySpan<byte> text, WireBuffer wire)
    {
        var data = text;
        if (data.Length > 0 && data.Length % 4 == 0 && data[^1] == '=')
            data = data[^2] == '=' ? data[..^2] : data[..^1];
        if (data.Length % 4 == 1)
            return false;
        var size = data.Length / 4 * 3 + (data.Length % 4) switch { 2 => 1, 3 => 2, _ => 0 };
        wire.WriteVarint((ulong)size);
        var output = wire.Room(size)[..size];
        // The framework's vectorised decoder takes the common form; what it refuses (url alphabet, no padding), or would
        // take with spaces left out, goes by the table.
        var isDone = size >= 48 && text.Length % 4 == 0
            && Base64.DecodeFromUtf8(text, output, out _, out var written) == OperationStatus.Done && written == size;
        if (!isDone && !TryDecode(data, output))
            return false;
        wire.Advance(size);
        return true;
    }

    private static bool TryDecode(ReadOnlySpan<byte> data, Span<byte> output)
    {
        var bad = 0;
        var o = 0;
        for (; data.Length >= 4; data = data[4..])
        {
            int a = _values[data[0]], b = _values[data[1]], c = _values[data[2]], d = _values[data[3]];
            bad |= a | b | c | d;
            var bits = (a << 18) | (b << 12) | (c << 6) | d;
            output[o++] = (byte)(bits >> 16);
            output[o++] = (byte)(bits >> 8);
            output[o++] = (byte)bits;
        }

        if (data.Length >= 2)
        {
            int a = _values[data[0]], b = _values[data[1]], c = data.Length == 3 ? _values[data[2]] : 0;
            bad |= a | b | c;
            output[o++] = (byte)((a << 2) | (b >> 4));
            if (data.Length == 3)
                output[o] = (byte)((b << 4) | (c >> 2));
        }

        return (bad & 0x80) == 0;
    }

    private static byte[] Values()
    {
        var values = new byte[256];
        values.AsSpan().Fill(Invalid);
        var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;
        for (var i = 0; i < alphabet.Length; i++)
            values[alphabet[i]] = (byte)i;
        values['-'] = values['+'];
        values['_'] = values['/'];
        return values;
    }
}
