using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ProtocolGateway.Edges.WebSockets.Multiplexed.Frames;

/// <summary>Reads the JSON form of a client's frame. Members that it does not know are passed over, so that later versions can have more.</summary>
internal static class JsonFrameReader
{
    // What the codec takes of a message, and room for the frame around it.
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    /// <summary>Reads a frame; what is returned is wrong with it.</summary>
    public static string? TryRead(ReadOnlyMemory<byte> text, ClientFrame frame)
    {
        if (!Utf8.IsValid(text.Span))
            return "not valid UTF-8";
        try
        {
            return Read(text, frame);
        }
        catch (JsonException bad)
        {
            return $"not JSON, at byte {bad.BytePositionInLine}";
        }
        catch (InvalidOperationException)
        {
            return "half of a surrogate pair";
        }
    }

    private static string? Read(ReadOnlyMemory<byte> text, ClientFrame frame)
    {
        var reader = new Utf8JsonReader(text.Span, Options);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return "not an object";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ReadMember(ref reader, text, frame) is { } wrong)
                return wrong;
        }

        // Nothing but white space may follow; reading on says so.
        reader.Read();
        return frame.Kind == ClientFrameKind.None ? "\"type\" is missing" : null;
    }

    private static string? ReadMember(ref Utf8JsonReader reader, ReadOnlyMemory<byte> text, ClientFrame frame)
    {
        if (reader.ValueTextEquals("message"u8))
        {
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            (frame.Message, frame.HasMessage) = (text[start..(int)reader.BytesConsumed], true);
            return null;
        }

        var name = reader.GetString()!;
        reader.Read();
        return name switch
        {
            "type" => Text(ref reader, name, out var type) ?? SetKind(type, frame),
            "metadata" => Metadata(ref reader, frame.Metadata),
            "operation" or "timeout" or "session" => Text(ref reader, name, out var value) ?? SetText(name, value, frame),
            "id" or "received" or "credit" or "messages" => Number(ref reader, name, out var number) ?? SetNumber(name, number, frame),
            "end" or "resumable" => Flag(ref reader, name, out var flag) ?? SetFlag(name, flag, frame),
            _ => Skip(ref reader),
        };
    }

    private static string? Skip(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return null;
    }

    private static string? SetText(string name, string text, ClientFrame frame)
    {
        if (name == "operation")
            frame.Operation = text;
        else if (name == "timeout")
            frame.Timeout = text;
        else
            frame.Session = text;
        return null;
    }

    private static string? SetNumber(string name, ulong number, ClientFrame frame)
    {
        if (name == "received")
            frame.Received = number;
        else if (number > uint.MaxValue)
            return $"\"{name}\" is larger than {uint.MaxValue}";
        else if (name == "id")
            frame.Id = (uint)number;
        else
            frame.Credit = (uint)number;
        return null;
    }

    private static string? SetFlag(string name, bool flag, ClientFrame frame)
    {
        if (name == "end")
            frame.End = flag;
        else
            frame.Resumable = flag;
        return null;
    }

    private static string? SetKind(string type, ClientFrame frame)
    {
        frame.Kind = type switch
        {
            "hello" => ClientFrameKind.Hello,
            "open" => ClientFrameKind.Open,
            "message" => ClientFrameKind.Message,
            "end" => ClientFrameKind.End,
            "cancel" => ClientFrameKind.Cancel,
            "credit" => ClientFrameKind.Credit,
            "ack" => ClientFrameKind.Ack,
            "ping" => ClientFrameKind.Ping,
            "pong" => ClientFrameKind.Pong,
            "refresh" => ClientFrameKind.Refresh,
            _ => ClientFrameKind.None,
        };
        return frame.Kind == ClientFrameKind.None ? "\"type\" is none that a client sends" : null;
    }

    private static string? Text(ref Utf8JsonReader reader, string name, out string text)
    {
        text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        return reader.TokenType == JsonTokenType.String ? null : $"\"{name}\" is not a text";
    }

    private static string? Flag(ref Utf8JsonReader reader, string name, out bool flag)
    {
        flag = reader.TokenType == JsonTokenType.True;
        return reader.TokenType is JsonTokenType.True or JsonTokenType.False ? null : $"\"{name}\" is neither true nor false";
    }

    private static string? Number(ref Utf8JsonReader reader, string name, out ulong number)
    {
        number = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out number) ? null : $"\"{name}\" is no whole number, or less than 0";
    }

    // One text for a name, or an array of them.
    private static string? Metadata(ref Utf8JsonReader reader, List<KeyValuePair<string, string>> into)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return "\"metadata\" is not an object";
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            var many = reader.TokenType == JsonTokenType.StartArray;
            if (many)
                reader.Read();
            while (reader.TokenType == JsonTokenType.String)
            {
                into.Add(new(name, reader.GetString()!));
                if (!many)
                    break;
                reader.Read();
            }

            if (reader.TokenType != (many ? JsonTokenType.EndArray : JsonTokenType.String))
                return $"\"metadata\": the value of \"{name}\" is neither a text nor an array of texts";
        }

        return null;
    }
}
