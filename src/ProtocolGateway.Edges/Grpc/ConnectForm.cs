using Microsoft.AspNetCore.Http;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>How a request of the Connect protocol is written (connectrpc.com/docs/protocol).</summary>
/// <param name="Streams">Messages stand in envelopes; otherwise the body is the one message.</param>
/// <param name="Json">Messages are JSON; otherwise protobuf.</param>
internal readonly record struct ConnectForm(bool Streams, bool Json)
{
    public const string VersionHeader = "Connect-Protocol-Version";

    /// <summary>How the marked messages of a stream are compressed.</summary>
    public const string StreamEncoding = "Connect-Content-Encoding";

    /// <summary>How the messages of an answering stream may be compressed.</summary>
    public const string StreamAccept = "Connect-Accept-Encoding";

    private const string Proto = "application/proto";
    private const string JsonType = "application/json";
    private const string StreamProto = "application/connect+proto";
    private const string StreamJson = "application/connect+json";

    /// <summary>The media type of requests and answers.</summary>
    public string MediaType => (Streams, Json) switch
    {
        (true, true) => StreamJson,
        (true, false) => StreamProto,
        (false, true) => JsonType,
        (false, false) => Proto,
    };

    /// <summary>The form of a request; null for one of another protocol. Plain JSON is Connect's only where the request says so: the REST edge has it too.</summary>
    public static ConnectForm? Of(HttpRequest request)
    {
        if (!HttpMethods.IsPost(request.Method) || request.ContentType is not { } type)
            return null;
        var end = type.IndexOf(';', StringComparison.Ordinal);
        var essence = (end < 0 ? type : type.AsSpan(0, end)).Trim();
        if (Is(essence, Proto))
            return new(Streams: false, Json: false);
        if (Is(essence, StreamProto))
            return new(Streams: true, Json: false);
        if (Is(essence, StreamJson))
            return new(Streams: true, Json: true);
        return Is(essence, JsonType) && request.Headers.ContainsKey(VersionHeader) ? new(Streams: false, Json: true) : null;

        static bool Is(ReadOnlySpan<char> given, string wanted) => given.Equals(wanted, StringComparison.OrdinalIgnoreCase);
    }
}
