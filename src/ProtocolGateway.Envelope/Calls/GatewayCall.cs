using System.Buffers;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Envelope.Calls;

/// <summary>
/// One call on its way from an edge to an upstream and back. Edges derive from it: the request side is pulled by the upstream, the answer side is
/// pushed to the edge; awaiting either is the backpressure. The payload's form follows the operation: protobuf messages for
/// <see cref="ContractKind.Grpc"/>, an HTTP request and its body for <see cref="ContractKind.Http"/>.
/// <para>Order of the answer: <see cref="OnHeadAsync"/> at most once, <see cref="OnMessageAsync"/> any number of times after it,
/// <see cref="OnEndAsync"/> exactly once and last, whatever happened. The members are never called concurrently with each other.</para>
/// </summary>
public abstract class GatewayCall
{
    /// <summary>What is called.</summary>
    public required Operation Operation { get; init; }

    /// <summary>The edge that took the call; one of <see cref="Telemetry.EdgeNames"/>.</summary>
    public required string Edge { get; init; }

    /// <summary>What the backend is sent as metadata or headers: already filtered by the edge.</summary>
    public CallHeaders Headers { get; } = new();

    /// <summary>Where messages of gRPC may pass compressed; null where the edge gives and takes them plain.</summary>
    public MessageCompression? Compression { get; init; }

    /// <summary>When it must be done.</summary>
    public Deadline Deadline { get; set; }

    /// <summary>Fires when the client has gone or cancels; the upstream cancels the backend call at once.</summary>
    public CancellationToken Cancelled { get; init; }

    /// <summary>The client's address, for logs and limits; null where unknown.</summary>
    public string? CallerAddress { get; init; }

    /// <summary>How the call ended, for telemetry; set by <see cref="OnEndAsync"/>'s caller. Null means success.</summary>
    public GatewayError? Error { get; set; }

    /// <summary>The incident id that joins the answer and the log; made when the call fails.</summary>
    public string? IncidentId { get; set; }

    /// <summary>The whole of a single request message (protobuf, without frame), where the edge has it already: the upstream then sends it in one piece
    /// and never calls <see cref="ReadMessageAsync"/>. Valid until <see cref="OnEndAsync"/>.</summary>
    public abstract bool TryGetSingleMessage(out ReadOnlySequence<byte> message);

    /// <summary>Writes the next request message (protobuf, without frame) or, for an HTTP operation, the next piece of the body; false at the end. Errors are thrown as <see cref="GatewayCallException"/>.</summary>
    public abstract ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel);

    /// <summary>The request line and content headers of an HTTP operation; null for gRPC.</summary>
    public HttpRequestHead? HttpRequest { get; set; }

    /// <summary>The backend's first word: its initial metadata or, for HTTP, status and headers.</summary>
    public abstract ValueTask OnHeadAsync(AnswerHead head);

    /// <summary>One message (protobuf, decompressed unless <see cref="Compression"/> says otherwise, without frame) or, for HTTP, the next piece of the body. The bytes are valid until the task completes.</summary>
    /// <param name="message">The message or piece.</param>
    /// <param name="moreAtHand">The next one follows without a wait: the edge may send both in one piece.</param>
    public abstract ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand = false);

    /// <summary>The message that is given next is one of a stream that many calls share; null where it is this call's alone. Set before the message is given.</summary>
    public SharedMessage? Shared { get; set; }

    /// <summary>Messages were left out before the next one, because the caller took them too slowly and the operation says so. An edge that cannot tell its
    /// client ends the call: nothing is left out in silence.</summary>
    /// <param name="missed">How many.</param>
    public virtual ValueTask OnGapAsync(long missed) => throw new GatewayCallException(GatewayErrors.MessagesMissed(missed));

    /// <summary>The end: null for success. No trailers are those of a success without any.</summary>
    public abstract ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers);
}

/// <summary>The request line of a call to an HTTP operation.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="PathAndQuery">Escaped, as it goes on the wire, the backend's server path included.</param>
/// <param name="ContentType">The body's media type; null without a body.</param>
/// <param name="ContentLength">In bytes; null where unknown (chunked) — with a body — or where there is no body.</param>
/// <param name="HasBody">A body follows.</param>
public sealed record HttpRequestHead(string Method, string PathAndQuery, string? ContentType, long? ContentLength, bool HasBody)
{
    /// <summary>The protocol that the connection is to change to; null for an ordinary request. Where the service agrees (101), bytes go both ways as they come.</summary>
    public string? Upgrade { get; init; }
}

/// <summary>The head of a backend's answer.</summary>
/// <param name="Status">The HTTP status of a REST backend; 200 for gRPC.</param>
/// <param name="Headers">Headers or initial metadata, hop-by-hop and protocol headers taken out. For HTTP, content-type and content-length among them.</param>
/// <param name="Encoding">What the messages are compressed with that <see cref="MessageCompression.IsAnswerMarked"/> marks; null where none is. Only ever what the client takes.</param>
public readonly record struct AnswerHead(int Status, CallHeaders Headers, string? Encoding = null);

/// <summary>
/// Carries an error of the request out of <see cref="GatewayCall.ReadMessageAsync"/>, or of an answer that the edge refuses out of
/// <see cref="GatewayCall.OnHeadAsync"/> and <see cref="GatewayCall.OnMessageAsync"/>: the upstream breaks the exchange off with it. Rare, so an exception.
/// </summary>
public sealed class GatewayCallException(GatewayError error) : Exception(error.ToString())
{
    /// <summary>The error.</summary>
    public GatewayError Error { get; } = error;
}

/// <summary>A stage of the spine, or the whole of it as an edge sees it. Completes when the call's OnEndAsync has. Throws only what
/// OnEndAsync threw: the edge could not end its answer, so no one else can, and a client must not take what there is for a whole one.</summary>
public delegate ValueTask CallHandler(GatewayCall call);
