using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges;

/// <summary>
/// Writes the details of a google.rpc.Status (grpc-status-details-bin) as JSON. Whatever the bytes are, an array results: details that cannot be
/// read are left out or kept as base64, so that they never hide the status.
/// </summary>
/// <param name="find">The message type of a full name; null where it is not known.</param>
/// <param name="compile">Compiles its formatter.</param>
/// <param name="shows">Which types callers see, by full name; null for all.</param>
internal sealed class StatusDetails(Func<string, MessageType?> find, Func<MessageType, MessageFormatter> compile, Func<string, bool>? shows = null)
{
    // More than any service sends; a bound on what a hostile one makes us write.
    private const int MostDetails = 64;

    // Only types of the catalog get in, so it is bounded by that.
    private readonly ConcurrentDictionary<string, MessageFormatter> _formatters = new(StringComparer.Ordinal);

    /// <summary>Writes the array.</summary>
    /// <param name="status">A serialized google.rpc.Status, whole or cut off.</param>
    public void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> status)
    {
        writer.WriteStartArray();
        var scanner = new ProtoScanner(new ReadOnlySequence<byte>(status));
        for (var count = 0; count < MostDetails && scanner.Next();)
        {
            if (scanner.Field != 3 || !scanner.IsBytes)
                continue;
            count++;
            WriteAny(writer, scanner.Bytes);
        }

        writer.WriteEndArray();
    }

    private void WriteAny(Utf8JsonWriter writer, ReadOnlySequence<byte> any)
    {
        var url = "";
        var value = default(ReadOnlySequence<byte>);
        var scanner = new ProtoScanner(any);
        while (scanner.Next())
        {
            if (scanner.Field == 1 && scanner.IsBytes)
                url = scanner.Text();
            else if (scanner.Field == 2 && scanner.IsBytes)
                value = scanner.Bytes;
        }

        if (shows is not null && !shows(url[(url.LastIndexOf('/') + 1)..]))
            return;
        using var known = new PooledBuffer();
        if (TryFormat(url, value, known))
        {
            // Written already by a plan that bounds its depth; a second reading would bound it again, and lower.
            writer.WriteRawValue(known.WrittenSpan, skipInputValidation: true);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("@type", url);
        writer.WriteBase64String("value", value.ToArray());
        writer.WriteEndObject();
    }

    private bool TryFormat(string url, ReadOnlySequence<byte> value, PooledBuffer output)
    {
        if (find(url[(url.LastIndexOf('/') + 1)..]) is not { } type)
            return false;
        using var json = new PooledBuffer();
        if (_formatters.GetOrAdd(type.FullName, static (_, state) => state.compile(state.type), (compile, type))(value, json) is not null)
            return false;
        output.Write("{\"@type\":\""u8);
        output.Write(JsonEncodedText.Encode(url, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        output.Write("\""u8);
        // The special JSON forms stand below "value" (the protobuf JSON mapping of Any); other messages are objects, and their members stand here.
        if (type.WellKnown is not (WellKnown.None or WellKnown.HttpBody))
        {
            output.Write(",\"value\":"u8);
            output.Write(json.WrittenSpan);
            output.Write("}"u8);
        }
        else
        {
            output.Write(json.Length > 2 ? ","u8 : ""u8);
            output.Write(json.WrittenSpan[1..]);
        }

        return true;
    }
}
