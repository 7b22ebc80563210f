using System.Buffers;

namespace ProtocolGateway.Edges.Rest;

/// <summary>google.api.HttpBody on the wire: content_type = 1, data = 2 (google/api/httpbody.proto).</summary>
internal static class HttpBodyMessage
{
    private const string DefaultType = "application/octet-stream";

    /// <summary>Reads one; false where the bytes are no message. The data is a slice of the message.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="field">The number of the field that holds the HttpBody; 0 where the message is one itself.</param>
    public static bool TryRead(ReadOnlySequence<byte> message, int field, out string contentType, out ReadOnlySequence<byte> data)
    {
        contentType = DefaultType;
        data = default;
        if (field != 0)
        {
            var outer = new ProtoScanner(message);
            var found = default(ReadOnlySequence<byte>);
            while (outer.Next())
            {
                if (outer.Field == field && outer.IsBytes)
                    found = outer.Bytes;
            }

            if (outer.Malformed)
                return false;
            message = found;
        }

        var scanner = new ProtoScanner(message);
        while (scanner.Next())
        {
            if (scanner.Field == 1 && scanner.IsBytes)
                contentType = Sanitize(scanner.Text());
            else if (scanner.Field == 2 && scanner.IsBytes)
                data = scanner.Bytes;
        }

        return !scanner.Malformed;
    }

    /// <summary>Writes one that has data alone: a later piece of a stream.</summary>
    /// <param name="output">Takes the message.</param>
    /// <param name="field">The number of the field that holds the HttpBody; 0 where the message is one itself.</param>
    /// <param name="data">The piece.</param>
    public static void Append(IBufferWriter<byte> output, int field, ReadOnlySequence<byte> data)
    {
        if (field != 0)
        {
            WriteVarint(output, ((ulong)field << 3) | 2);
            WriteVarint(output, (ulong)(1 + VarintLength((ulong)data.Length) + data.Length));
        }

        WriteVarint(output, (2 << 3) | 2);
        WriteVarint(output, (ulong)data.Length);
        foreach (var segment in data)
            output.Write(segment.Span);
    }

    private static string Sanitize(string contentType) =>
        contentType.Length == 0 || !ClientHeaders.IsWritable(contentType) ? DefaultType : contentType;

    private static int VarintLength(ulong value)
    {
        var length = 1;
        while ((value >>= 7) != 0)
            length++;
        return length;
    }

    private static void WriteVarint(IBufferWriter<byte> output, ulong value)
    {
        var span = output.GetSpan(10);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        output.Advance(length);
    }
}
