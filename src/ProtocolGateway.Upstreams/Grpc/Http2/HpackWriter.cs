using System.Buffers;
using System.Text;

namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>Writes header fields as literals that enter no table: a request's fixed part can then be encoded once, for every connection (RFC 7541, section 6.2).</summary>
internal static class HpackWriter
{
    /// <summary>Appends one field.</summary>
    /// <param name="output">Takes the bytes.</param>
    /// <param name="lowerCaseName">The name.</param>
    /// <param name="value">ASCII.</param>
    public static void Write(IBufferWriter<byte> output, string lowerCaseName, string value)
    {
        // Secrets are marked, so that no hop behind us keeps them in a table either (section 7.1.3).
        var never = lowerCaseName is "authorization" or "cookie" or "x-api-key";
        var span = output.GetSpan(1);
        span[0] = never ? (byte)0x10 : (byte)0;
        output.Advance(1);
        WriteString(output, lowerCaseName);
        WriteString(output, value);
    }

    private static void WriteString(IBufferWriter<byte> output, string text)
    {
        var span = output.GetSpan(text.Length + 6);
        var at = 0;
        var length = text.Length;
        if (length < 0x7F)
        {
            span[at++] = (byte)length;
        }
        else
        {
            span[at++] = 0x7F;
            for (length -= 0x7F; length >= 0x80; length >>= 7)
                span[at++] = (byte)(length | 0x80);
            span[at++] = (byte)length;
        }

        at += Encoding.Latin1.GetBytes(text, span[at..]);
        output.Advance(at);
    }
}
