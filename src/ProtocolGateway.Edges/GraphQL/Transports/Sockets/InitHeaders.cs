using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>
/// Headers in the payload of <c>connection_init</c>: the texts at its top, as GraphiQL sends them, and those of its member <c>headers</c>. A browser cannot
/// give a WebSocket headers of its own; here they stand beside those of the request that opened it, and in their place where both are there. Only those
/// that are allowed by name: what else a payload holds is data, and a header of some other name may be one that a proxy or a backend trusts.
/// </summary>
internal static class InitHeaders
{
    // More than any list of allowed names has; a payload may say one name twice.
    private const int MaxCount = 32;

    // Half of what the server takes of headers in all (Kestrel's MaxRequestHeadersTotalSize): the opening request has some too.
    private const int MaxBytes = 16 * 1024;

    // Utf8JsonReader's own, said here for the message.
    private const int MaxDepth = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Takes them over, all or none.</summary>
    /// <param name="payload">A JSON object, known to be well formed, or empty.</param>
    /// <param name="allowed">The names; see <see cref="GraphTransportOptions.InitHeaders"/>.</param>
    /// <param name="into">The headers of the request that opened the socket.</param>
    /// <returns>Why the payload is refused; null where it is not.</returns>
    public static string? Apply(ReadOnlySpan<byte> payload, IReadOnlyList<string> allowed, IHeaderDictionary into)
    {
        if (payload.IsEmpty)
            return null;
        var found = new List<(string Name, string Value)>();
        try
        {
            var reader = new Utf8JsonReader(payload, Options);
            reader.Read();
            if (Read(ref reader, allowed, found, top: true) is { } problem)
                return problem;
        }
        catch (JsonException)
        {
            return $"the payload nests more than {MaxDepth} deep";
        }
        catch (InvalidOperationException)
        {
            return "the payload has half of a surrogate pair in a name or a header";
        }

        foreach (var (name, value) in found)
            into[name] = value;
        return null;
    }

    private static string? Read(ref Utf8JsonReader reader, IReadOnlyList<string> allowed, List<(string Name, string Value)> found, bool top)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nested = top && reader.ValueTextEquals("headers"u8);
            var name = reader.GetString()!;
            reader.Read();
            if (nested && reader.TokenType == JsonTokenType.StartObject)
            {
                if (Read(ref reader, allowed, found, top: false) is { } problem)
                    return problem;
            }
            else if (reader.TokenType == JsonTokenType.String && allowed.Contains(name, StringComparer.OrdinalIgnoreCase) && !FramesTheRequest(name))
            {
                var value = reader.GetString()!;
                if (!ClientHeaders.IsWritable(value))
                    return $"the value of {name} is none that a header can have";
                found.Add((name, value));
                if (found.Count > MaxCount || found.Sum(static h => h.Name.Length + h.Value.Length) > MaxBytes)
                    return $"the payload has more headers than {MaxCount}, or than {MaxBytes} bytes of them";
            }
            else
            {
                reader.Skip();
            }
        }

        return null;
    }

    // These speak of the connection and of where the request came from; a payload must not change what was checked, whatever the configuration allows.
    private static bool FramesTheRequest(string name)
    {
        string[] exact = ["host", "connection", "upgrade", "origin", "te", "transfer-encoding", "trailer", "expect", "keep-alive", "forwarded"];
        return exact.Contains(name, StringComparer.OrdinalIgnoreCase)
            || name.StartsWith("sec-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("content-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("x-forwarded-", StringComparison.OrdinalIgnoreCase);
    }
}
