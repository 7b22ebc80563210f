using System.Text.Json;
using System.Text.Unicode;

namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>The messages that a client sends.</summary>
internal enum SocketMessageKind
{
    ConnectionInit,
    Ping,
    Pong,
    Subscribe,
    Complete,
}

/// <summary>One message of a client; its parts are positions in the text.</summary>
internal readonly struct SocketMessage
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 128 };

    public SocketMessageKind Kind { get; private init; }

    /// <summary>The operation's id; empty where the kind has none.</summary>
    public string Id { get; private init; }

    /// <summary>A JSON object; empty where there is none.</summary>
    public ReadOnlyMemory<byte> Payload { get; private init; }

    /// <summary>Reads a message.</summary>
    /// <param name="text">The text; the message points into it.</param>
    /// <param name="message">The message, where null is returned.</param>
    /// <returns>What is wrong with it.</returns>
    public static string? TryRead(ReadOnlyMemory<byte> text, out SocketMessage message)
    {
        message = default;
        if (!Utf8.IsValid(text.Span))
            return "not valid UTF-8";
        try
        {
            return Read(text, out message);
        }
        catch (JsonException)
        {
            return "not JSON";
        }
        catch (InvalidOperationException)
        {
            return "half of a surrogate pair";
        }
    }

    private static string? Read(ReadOnlyMemory<byte> text, out SocketMessage message)
    {
        message = default;
        var reader = new Utf8JsonReader(text.Span, Options);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return "not an object";
        var (type, id, payload) = ((string?)null, (string?)null, default(ReadOnlyMemory<byte>));
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueTextEquals("type"u8) ? 't' : reader.ValueTextEquals("id"u8) ? 'i' : reader.ValueTextEquals("payload"u8) ? 'p' : '-';
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (name is 't' or 'i' && reader.TokenType != JsonTokenType.String)
                return name == 't' ? "\"type\" is not a text" : "\"id\" is not a text";
            if (name == 'p' && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
                return "\"payload\" is not an object";
            if (name == 't')
                type = reader.GetString();
            else if (name == 'i')
                id = reader.GetString();
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            reader.Skip();
            if (name == 'p' && isObject)
                payload = text[start..(int)reader.BytesConsumed];
        }

        // Nothing but white space may follow; reading on says so.
        reader.Read();
        return Make(type, id, payload, out message);
    }

    private static string? Make(string? type, string? id, ReadOnlyMemory<byte> payload, out SocketMessage message)
    {
        message = default;
        SocketMessageKind? kind = type switch
        {
            "connection_init" => SocketMessageKind.ConnectionInit,
            "ping" => SocketMessageKind.Ping,
            "pong" => SocketMessageKind.Pong,
            "subscribe" => SocketMessageKind.Subscribe,
            "complete" => SocketMessageKind.Complete,
            _ => null,
        };
        if (kind is null)
            return type is null ? "\"type\" is missing" : "\"type\" is none that a client sends";
        var hasId = kind is SocketMessageKind.Subscribe or SocketMessageKind.Complete;
        if (hasId && string.IsNullOrEmpty(id))
            return "\"id\" is missing";
        if (kind == SocketMessageKind.Subscribe && payload.IsEmpty)
            return "\"payload\" is missing";
        message = new() { Kind = kind.Value, Id = hasId ? id! : "", Payload = payload };
        return null;
    }
}
