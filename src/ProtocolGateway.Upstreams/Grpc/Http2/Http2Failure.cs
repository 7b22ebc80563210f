namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>Why a stream ended without its answer.</summary>
internal enum Http2FailureKind
{
    /// <summary>No connection could be made.</summary>
    NoConnection,

    /// <summary>The peer promises that it has not looked at the request: it may be sent again.</summary>
    Refused,

    /// <summary>The peer reset the stream.</summary>
    Reset,

    /// <summary>The peer broke HTTP/2's rules, or ours for the size of headers.</summary>
    Protocol,

    /// <summary>The connection broke or was closed.</summary>
    Lost,

    /// <summary>We cancelled it ourselves.</summary>
    Cancelled,
}

/// <summary>Why a stream ended without its answer.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Text">For logs only.</param>
internal sealed record Http2Failure(Http2FailureKind Kind, string Text)
{
    public static readonly Http2Failure Cancelled = new(Http2FailureKind.Cancelled, "The call was cancelled.");

    /// <summary>A reset by the peer (RFC 9113, sections 7 and 8.7).</summary>
    public static Http2Failure Reset(uint code) => (Http2Error)code switch
    {
        Http2Error.RefusedStream => new(Http2FailureKind.Refused, "The stream was refused."),
        Http2Error.Protocol or Http2Error.FlowControl or Http2Error.StreamClosed or Http2Error.FrameSize or Http2Error.Compression
            => new(Http2FailureKind.Protocol, $"The stream was reset with error {code}."),
        _ => new(Http2FailureKind.Reset, $"The stream was reset with error {code}."),
    };

    /// <summary>The peer went away without having looked at the stream (section 6.8).</summary>
    public static Http2Failure GoneAway(uint code) => new(
        (Http2Error)code == Http2Error.Http11Required ? Http2FailureKind.Protocol : Http2FailureKind.Refused,
        $"The peer went away with error {code}.");
}
