using System.Globalization;
using System.Text;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Upstreams.Grpc.Http2;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>Reads the status that ends a gRPC call, from trailers or from the head of an answer that has only trailers.</summary>
internal static class GrpcStatus
{
    // As much text as a log line or an error body can bear.
    private const int LongestMessage = 8 * 1024;

    private const string AcceptEncoding = "grpc-accept-encoding";

    /// <summary>False where the headers carry no status.</summary>
    public static bool IsIn(HeaderBlock headers) => headers.Find("grpc-status") is not null;

    /// <summary>Null for OK, the backend's error otherwise.</summary>
    /// <param name="headers">Trailers that hold a status.</param>
    /// <param name="namesEncodings">The client is told which encodings the backend takes, where it did not take the request's.</param>
    public static GatewayError? Read(HeaderBlock headers, bool namesEncodings = false)
    {
        var code = ReadCode(headers.Find("grpc-status"));
        if (code == StatusCode.Ok)
            return null;
        var encodings = namesEncodings && code == StatusCode.Unimplemented ? headers.Find(AcceptEncoding) : null;
        return GatewayErrors.BackendStatus(
            code,
            DecodeMessage(headers.Find("grpc-message")),
            DecodeDetails(headers.Find("grpc-status-details-bin")),
            encodings is not null && MessageCompression.IsList(encodings) ? [new(AcceptEncoding, encodings)] : []);
    }

    /// <summary>The fields that are the application's own; null where there are none. Values with control characters are left out: no wire of ours may carry them.</summary>
    public static CallHeaders? Metadata(HeaderBlock headers)
    {
        CallHeaders? metadata = null;
        foreach (var (name, value) in headers.Fields)
        {
            if (IsMetadata(name) && !HeaderNames.IsHopByHop(name) && !HasControls(value))
                (metadata ??= new()).TryAdd(name, value);
        }

        return metadata;
    }

    // Neither the protocol's nor the server's.
    private static bool IsMetadata(string name) =>
        !name.StartsWith("grpc-", StringComparison.Ordinal) && name is not ("content-type" or "content-length" or "date" or "server");

    private static bool HasControls(string value)
    {
        foreach (var c in value)
        {
            if ((c < ' ' && c != '\t') || c == '\x7f')
                return true;
        }

        return false;
    }

    private static StatusCode ReadCode(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? StatusTables.FromGrpcNumber(number) : StatusCode.Unknown;

    /// <summary>Undoes the percent-encoding; what is not valid stays as it is (gRPC over HTTP2, "Percent-Encoded").</summary>
    internal static string DecodeMessage(string? text)
    {
        if (text is null)
            return "";
        if (text.Length > LongestMessage)
            text = text[..LongestMessage];
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        Span<byte> one = stackalloc byte[4];
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '%' && i + 2 < text.Length
                && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 3;
                continue;
            }

            Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var used);
            bytes.AddRange(one[..rune.EncodeToUtf8(one)]);
            i += used;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    // Binary metadata may come without padding, and a proxy may have cut it off: then there are no details, but still a status.
    private static byte[] DecodeDetails(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return [];
        var padded = text.TrimEnd('=');
        padded = padded.PadRight((padded.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length / 4 * 3];
        return Convert.TryFromBase64String(padded, bytes, out var written) ? bytes[..written] : [];
    }
}
