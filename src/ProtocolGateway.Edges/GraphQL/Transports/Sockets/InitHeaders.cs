using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>
/// Headers in the payload of <c>connection_init</c>: the texts at its top, as GraphiQL sends them, and those of its member <c>headers</c>. A browser cannot
/// give a WebSocket headers of its own; here they stand beside those of the request that opened it, and in their place where both are there.
/// </summary>
internal static class InitHeaders
{
    /// <summary>Takes them over; what cannot be a header is passed over.</summary>
    /// <param name="payload">A JSON object, known to be well formed, or empty.</param>
    /// <param name="into">The headers of the request that opened the socket.</param>
    public static void Apply(ReadOnlySpan<byte> payload, IHeaderDictionary into)
    {
        if (payload.IsEmpty)
            return;
        var reader = new Utf8JsonReader(payload);
        reader.Read();
        Read(ref reader, into, top: true);
    }

    private static void Read(ref Utf8JsonReader reader, IHeaderDictionary into, bool top)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nested = top && reader.ValueTextEquals("headers"u8);
            var name = Text(ref reader);
            reader.Read();
            if (nested && reader.TokenType == JsonTokenType.StartObject)
                Read(ref reader, into, top: false);
            else if (reader.TokenType == JsonTokenType.String)
                Add(into, name, Text(ref reader));
            else
                reader.Skip();
        }
    }

    private static void Add(IHeaderDictionary into, string? name, string? value)
    {
        if (name is { Length: > 0 } && value is not null && IsToken(name) && !FramesTheRequest(name) && ClientHeaders.IsWritable(value))
            into[name] = value;
    }

    // Null for half of a surrogate pair, which no header holds.
    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsToken(string name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))
                return false;
        }

        return true;
    }

    // These speak of the connection and of where the request came from; a payload must not change what was checked.
    private static bool FramesTheRequest(string name)
    {
        string[] exact = ["host", "connection", "upgrade", "origin", "te", "transfer-encoding", "trailer", "expect", "keep-alive"];
        return exact.Contains(name, StringComparer.OrdinalIgnoreCase)
            || name.StartsWith("sec-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("content-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("x-forwarded-", StringComparison.OrdinalIgnoreCase);
    }
}
