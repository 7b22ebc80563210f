using System.Buffers;
using ProtocolGateway.Edges.Rest.Binding;

namespace ProtocolGateway.Edges.Rest;

/// <summary>google.api.HttpBody on the wire: content_type = 1, data = 2 (google/api/httpbody.proto).</summary>
internal static class HttpBodyMessage
{
    private const int TypeField = 1;
    private const int DataField = 2;

    /// <summary>The type of bytes that nobody gave one (RFC 9110, section 8.3).</summary>
    public const string DefaultType = "application/octet-stream";

    /// <summary>Reads one; false where the bytes are no message. The data is a slice of the message.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="field">The number of the field that holds the HttpBody; 0 where the message is one itself.</param>
    public static bool TryRead(ReadOnlySequence<byte> message, int field, out string contentType, out ReadOnlySequence<byte> data)
    {
        contentType = DefaultType;
        data = default;
        if (field == 0)
            return TryMerge(message, ref contentType, ref data);
        // A field that comes in parts is one message (protobuf encoding, "Last One Wins"): its parts are read over each other.
        var outer = new ProtoScanner(message);
        while (outer.Next())
        {
            if (outer.Field == field && outer.IsBytes && !TryMerge(outer.Bytes, ref contentType, ref data))
                return false;
        }

        return !outer.Malformed;
    }

    /// <summary>Writes one that has data alone: a later piece of a stream.</summary>
    /// <param name="output">Takes the message.</param>
    /// <param name="field">The number of the field that holds the HttpBody; 0 where the message is one itself.</param>
    /// <param name="data">The piece.</param>
    public static void Append(IBufferWriter<byte> output, int field, ReadOnlySequence<byte> data)
    {
        if (field != 0)
            Wire.WriteTagAndLength(output, field, Wire.FieldSize(DataField, (int)data.Length));
        Wire.WriteTagAndLength(output, DataField, (int)data.Length);
        foreach (var segment in data)
            output.Write(segment.Span);
    }

    private static bool TryMerge(ReadOnlySequence<byte> message, ref string contentType, ref ReadOnlySequence<byte> data)
    {
        var scanner = new ProtoScanner(message);
        while (scanner.Next())
        {
            if (scanner.Field == TypeField && scanner.IsBytes)
                contentType = Sanitize(scanner.Text());
            else if (scanner.Field == DataField && scanner.IsBytes)
                data = scanner.Bytes;
        }

        return !scanner.Malformed;
    }

    private static string Sanitize(string contentType) =>
        contentType.Length == 0 || !ClientHeaders.IsWritable(contentType) ? DefaultType : contentType;
}
