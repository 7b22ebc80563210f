using System.Buffers;

namespace ProtocolGateway.Envelope.Calls;

/// <summary>What may travel through the gateway and what may not.</summary>
public static class HeaderNames
{
    // RFC 9110, section 5.6.2; upper case is left out because neutral names are lower case.
    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz");

    /// <summary>True for a lower-case header name of legal characters.</summary>
    public static bool IsToken(ReadOnlySpan<char> name) => !name.IsEmpty && !name.ContainsAnyExcept(TokenCharacters);

    /// <summary>True for headers that speak of one connection only (RFC 9110, section 7.6.1) or frame the message: never forwarded, either way.</summary>
    public static bool IsHopByHop(string lowerCaseName) => lowerCaseName switch
    {
        "connection" or "keep-alive" or "proxy-connection" or "te" or "trailer" or "transfer-encoding" or "upgrade"
            or "proxy-authenticate" or "proxy-authorization" or "http2-settings" => true,
        _ => lowerCaseName[0] == ':',
    };

    /// <summary>True for names that only the gateway itself may set towards a backend; a client that sends them is spoofing.</summary>
    public static bool IsInternal(string lowerCaseName) =>
        lowerCaseName.StartsWith("grpc-", StringComparison.Ordinal)
        || lowerCaseName.StartsWith("x-gateway-", StringComparison.Ordinal)
        || lowerCaseName.StartsWith("grpcgateway-", StringComparison.Ordinal)
        || lowerCaseName is "x-http-code";
}
