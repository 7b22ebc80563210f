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

    // What Kestrel writes without complaint: visible ASCII, space and tab (RFC 9110, section 5.5, without obs-text).
    private static readonly SearchValues<char> Writable = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x7F - 0x20).Select(c => (char)c), '\t']);

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

            if (lower.StartsWith(MetadataPrefix, StringComparison.Ordinal) && lower.Length > MetadataPrefix.Length && grpc)
                lower = lower[MetadataPrefix.Length..];
            if (!MayPass(lower, grpc) || (listed.Count > 0 && IsListed(listed, lower)))
                continue;
            foreach (var value in values)
            {
                if (value is null)
                    continue;
                if (grpc && lower.EndsWith("-bin", StringComparison.Ordinal) && !IsBase64List(value))
                    return GatewayErrors.InvalidInput($"The header {lower} must be base64.");
                if (grpc && !IsWritable(value))
                    return GatewayErrors.InvalidInput($"The header {lower} holds characters that metadata cannot carry.");
                into.TryAdd(lower, value);
            }
        }

        AddForwarded(into, "x-forwarded-for", forwardedFor, callerAddress);
        AddForwarded(into, "x-forwarded-proto", forwardedProto, context.Request.Scheme);
        AddForwarded(into, "x-forwarded-host", forwardedHost, context.Request.Host.Value);
        return null;
    }

    /// <summary>Initial metadata of a gRPC backend as response headers.</summary>
    public static void FromMetadata(CallHeaders metadata, HttpResponse response)
    {
        foreach (var (name, value) in metadata.Items)
        {
            // date and server speak of the backend's HTTP stack, not of the answer.
            if (MayReturn(name) && !name.StartsWith("content-", StringComparison.Ordinal) && name is not ("date" or "server") && IsWritable(value))
                response.Headers.Append(name, value);
        }
    }

    /// <summary>Trailing metadata as headers of an answer that has not started.</summary>
    public static void FromTrailers(CallHeaders trailers, HttpResponse response)
    {
        foreach (var (name, value) in trailers.Items)
        {
            if (MayReturn(name) && IsWritable(value))
                response.Headers.Append(TrailerPrefix + name, value);
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

    private static bool MayPass(string name, bool grpc) => name switch
    {
        // The request head carries the last two itself; the deadline travels in the upstream's own form; 100-continue is answered here.
        "host" or "content-length" or "content-type" or "x-request-timeout" or "expect" => false,
        // These speak of the HTTP body and its coding, which the backend never sees.
        "accept-encoding" or "content-encoding" when grpc => false,
        _ => !HeaderNames.IsHopByHop(name) && !HeaderNames.IsInternal(name),
    };

    private static bool MayReturn(string name) => !HeaderNames.IsHopByHop(name) && !HeaderNames.IsInternal(name);

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
