using System.Buffers;
using System.Collections.Frozen;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>Headers of the client to metadata or headers of the backend, and back.</summary>
internal static class ClientHeaders
{
    private const string MetadataPrefix = "grpc-metadata-";
    private const string TrailerPrefix = "grpc-trailer-";
    private static readonly object AddressKey = new();

    // RFC 9110, section 5.5: visible ASCII, space, tab and obs-text, whose bytes the server reads and writes as Latin-1.
    private static readonly SearchValues<char> Writable = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x7F - 0x20).Select(c => (char)c), .. Enumerable.Range(0x80, 0x80).Select(c => (char)c), '\t']);

    // What metadata may carry (gRPC over HTTP/2, "Custom-Metadata"), the tab left out.
    private static readonly SearchValues<char> Ascii = SearchValues.Create([.. Enumerable.Range(0x20, 0x7F - 0x20).Select(c => (char)c)]);

    private static readonly SearchValues<char> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    // Kestrel names known headers in their usual case; the lower-case forms are kept here instead of made per call.
    private static readonly FrozenDictionary<string, string> LowerCase = new[]
    {
        "accept", "accept-charset", "accept-encoding", "accept-language", "authorization", "cache-control", "connection", "content-encoding",
        "content-length", "content-type", "cookie", "date", "dnt", "expect", "forwarded", "from", "host", "if-match", "if-modified-since",
        "if-none-match", "if-range", "if-unmodified-since", "origin", "pragma", "priority", "range", "referer", "sec-fetch-dest", "sec-fetch-mode",
        "sec-fetch-site", "te", "traceparent", "tracestate", "baggage", "transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent",
        "x-api-key", "x-correlation-id", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id", "x-request-timeout",
    }.ToFrozenDictionary(name => name, StringComparer.OrdinalIgnoreCase);

    /// <summary>A header value that may be written to a client.</summary>
    public static bool IsWritable(ReadOnlySpan<char> value) => !value.ContainsAnyExcept(Writable);

    /// <summary>A value that metadata may have.</summary>
    public static bool IsMetadata(ReadOnlySpan<char> value) => !value.ContainsAnyExcept(Ascii);

    /// <summary>The client's address, made into text once per connection; null where the server does not know it.</summary>
    public static string? CallerAddress(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is null)
            return null;
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is null)
            return address.ToString();
        if (items.TryGetValue(AddressKey, out var known) && known is string text)
            return text;
        text = address.ToString();
        items[AddressKey] = text;
        return text;
    }

    /// <summary>Takes over what the backend may see. An error where a binary value is not base64.</summary>
    public static GatewayError? ToBackend(HttpContext context, CallHeaders into, string? callerAddress, bool grpc)
    {
        var headers = context.Request.Headers;
        // Names listed in Connection are hop-by-hop too (RFC 9110, section 7.6.1).
        var listed = headers.Connection;
        StringValues forwardedFor = default, forwardedProto = default, forwardedHost = default;
        foreach (var (name, values) in headers)
        {
            if (name.Length == 0)
                continue;
            var lower = Lower(name);
            switch (lower)
            {
                case "x-forwarded-for":
                    forwardedFor = values;
                    continue;
                case "x-forwarded-proto":
                    forwardedProto = values;
                    continue;
                case "x-forwarded-host":
                    forwardedHost = values;
                    continue;
            }

            if (listed.Count > 0 && IsListed(listed, lower))
                continue;
            if (grpc && lower.Length > MetadataPrefix.Length && lower.StartsWith(MetadataPrefix, StringComparison.Ordinal))
            {
                lower = lower[MetadataPrefix.Length..];
                // What the gateway adds itself would come twice, once as the client likes it.
                if (lower.StartsWith("x-forwarded-", StringComparison.Ordinal))
                    continue;
            }

            if (!MayPass(lower, grpc))
                continue;
            foreach (var value in values)
            {
                if (value is null)
                    continue;
                if (grpc && lower.EndsWith("-bin", StringComparison.Ordinal) && !IsBase64List(value))
                    return GatewayErrors.InvalidInput($"The header {lower} must be base64.");
                // Cookies and the like of browsers hold what metadata cannot carry; the call is good without them.
                if (!grpc || !value.AsSpan().ContainsAnyExcept(Ascii))
                    into.TryAdd(lower, value);
            }
        }

        AddForwarded(into, "x-forwarded-for", forwardedFor, callerAddress);
        AddForwarded(into, "x-forwarded-proto", forwardedProto, context.Request.Scheme);
        AddForwarded(into, "x-forwarded-host", forwardedHost, context.Request.Host.Value);
        return null;
    }

    /// <summary>Initial metadata of a gRPC backend as response headers.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="response">The answer.</param>
    /// <param name="raw">The answer's bytes are the backend's own, so what describes them holds: a coding, a file's name, a language.</param>
    public static void FromMetadata(CallHeaders metadata, HttpResponse response, bool raw)
    {
        foreach (var (name, value) in metadata.Items)
        {
            // date and server speak of the backend's HTTP stack, not of the answer.
            if (!MayReturn(name) || name is "date" or "server" || !IsWritable(value))
                continue;
            if (!name.StartsWith("content-", StringComparison.Ordinal) || (raw && DescribesContent(name)))
                response.Headers.Append(name, value);
        }
    }

    /// <summary>Forgets what described the content, where an error takes its place.</summary>
    public static void DropContent(IHeaderDictionary headers)
    {
        headers.ContentEncoding = default;
        headers.ContentDisposition = default;
        headers.ContentLanguage = default;
        headers.ContentLocation = default;
    }

    /// <summary>What an error says in headers, such as Allow and Retry-After; the response must not have started.</summary>
    public static void FromError(GatewayError error, HttpResponse response)
    {
        foreach (var (name, value) in error.AnswerHeaders)
        {
            if (name.Length > 0 && IsWritable(value))
                response.Headers[name] = value;
        }
    }

    /// <summary>Says that another Accept would have been answered otherwise (RFC 9110, section 12.5.5).</summary>
    public static void VaryByAccept(HttpResponse response) => response.Headers.Append("Vary", "Accept");

    /// <summary>Trailing metadata as headers of an answer that has not started.</summary>
    public static void FromTrailers(CallHeaders trailers, HttpResponse response, string prefix = TrailerPrefix)
    {
        foreach (var (name, value) in trailers.Items)
        {
            if (MayReturn(name) && IsWritable(value))
                response.Headers.Append(prefix + name, value);
        }
    }

    /// <summary>Trailing metadata as HTTP trailers, where the client has said that it reads them (RFC 9110, section 6.5.1).</summary>
    public static void ToHttpTrailers(CallHeaders trailers, HttpContext context)
    {
        if (!context.Request.Headers.TE.ToString().Contains("trailers", StringComparison.OrdinalIgnoreCase) || !context.Response.SupportsTrailers())
            return;
        foreach (var (name, value) in trailers.Items)
        {
            if (MayReturn(name) && !name.StartsWith("content-", StringComparison.Ordinal) && IsWritable(value))
                context.Response.AppendTrailer(name, value);
        }
    }

    /// <summary>Headers of an HTTP backend, all but those that frame the message.</summary>
    public static void FromHttp(CallHeaders headers, HttpResponse response)
    {
        string? listed = headers.Find("connection");
        foreach (var (name, value) in headers.Items)
        {
            if (name == "content-length" || HeaderNames.IsHopByHop(name) || !IsWritable(value) || (listed is not null && Lists(listed, name)))
                continue;
            response.Headers.Append(name, value);
        }
    }

    /// <summary>Base64 with or without padding; several values may be joined by commas (gRPC over HTTP/2, "Custom-Metadata").</summary>
    internal static bool IsBase64List(ReadOnlySpan<char> value)
    {
        foreach (var range in value.Split(','))
        {
            var part = value[range].Trim();
            var digits = part.TrimEnd('=');
            var padding = part.Length - digits.Length;
            if (digits.Length % 4 == 1 || padding > 2 || (padding > 0 && part.Length % 4 != 0) || digits.ContainsAnyExcept(Base64))
                return false;
        }

        return true;
    }

    private static string Lower(string name) => LowerCase.TryGetValue(name, out var lower) ? lower : name.ToLowerInvariant();

    /// <summary>True for what a backend may be told of the client's headers.</summary>
    internal static bool MayPass(string name, bool grpc) => name switch
    {
        // The request head carries the last two itself; the deadline travels in the upstream's own form; 100-continue is answered here.
        "host" or "content-length" or "content-type" or "x-request-timeout" or "expect" => false,
        // These speak of the HTTP body and its coding, which the backend never sees.
        "accept-encoding" or "content-encoding" when grpc => false,
        _ when grpc && name.StartsWith("connect-", StringComparison.Ordinal) => false,
        _ => !HeaderNames.IsHopByHop(name) && !HeaderNames.IsInternal(name),
    };

    /// <summary>What a client says of his own request's body and of the form of our answer: nothing to a backend that is asked in other words.</summary>
    public static bool SpeaksOfRequest(string name) => name switch
    {
        "accept" or "accept-encoding" or "content-encoding" or "range" or "expect" or "origin" => true,
        _ => name.StartsWith("if-", StringComparison.Ordinal)
            || name.StartsWith("sec-", StringComparison.Ordinal)
            || name.StartsWith("content-", StringComparison.Ordinal)
            || name.StartsWith("access-control-", StringComparison.Ordinal),
    };

    private static bool DescribesContent(string name) => name is "content-encoding" or "content-disposition" or "content-language" or "content-location";

    /// <summary>True for metadata that a client may be told.</summary>
    public static bool MayReturn(string name) => !HeaderNames.IsHopByHop(name) && !HeaderNames.IsInternal(name);

    private static bool IsListed(StringValues listed, string name)
    {
        foreach (var line in listed)
        {
            if (line is not null && Lists(line, name))
                return true;
        }

        return false;
    }

    private static bool Lists(ReadOnlySpan<char> line, string name)
    {
        foreach (var range in line.Split(','))
        {
            if (line[range].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static void AddForwarded(CallHeaders headers, string name, StringValues before, string? own)
    {
        if (string.IsNullOrEmpty(own))
        {
            if (before.Count > 0)
                headers.TryAdd(name, before.ToString());
            return;
        }

        headers.TryAdd(name, before.Count == 0 ? own : before + ", " + own);
    }
}
