using System.Buffers;
using System.Buffers.Binary;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>A call by the Connect protocol, unary or streamed.</summary>
internal sealed class ConnectCall(HttpContext context, RpcTarget target, ConnectForm form, ConnectErrorWriter errors) : RpcCall(context)
{
    // EndStreamResponse (connectrpc.com/docs/protocol, "Streaming RPCs").
    private const byte EndOfStream = 2;

    private bool _answered;
    private bool? _takesGzip;

    // What is said of a stream is said in its head.
    private bool TakesGzip => _takesGzip ??= CompressedMessage.IsTaken(
        form.Streams ? Context.Request.Headers[ConnectForm.StreamAccept] : Context.Request.Headers.AcceptEncoding);

    /// <inheritdoc />
    public override ValueTask OnHeadAsync(AnswerHead head)
    {
        ClientHeaders.FromMetadata(head.Headers, Context.Response, raw: false);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        if (_answered && !target.StreamsAnswer)
            throw new GatewayCallException(GatewayErrors.BackendProtocol(target.Service, "more than one message for a single answer"));
        Answer.Clear();
        if (form.Streams)
            Prefix(0);
        if (target.Write(form.Json, message, Answer, Shared) is { } wrong)
            throw new GatewayCallException(wrong);
        var first = !_answered;
        _answered = true;
        // A unary answer waits for the status.
        if (!form.Streams)
            return default;
        if (first)
            Start();
        if (TakesGzip && GzipMessage.TryCompress(Answer, EnvelopeReader.PrefixLength))
            Answer.WrittenSpan[0] = EnvelopeReader.Compressed;
        return SendEnvelopeAsync(moreAtHand);
    }

    /// <inheritdoc />
    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        if (error is null && !_answered && !target.StreamsAnswer)
            error = GatewayErrors.BackendProtocol(target.Service, "no message, and no error either");
        if (form.Streams)
            return EndStreamAsync(error, trailers);
        if (trailers is not null)
            ClientHeaders.FromTrailers(trailers, Context.Response, "trailer-");
        if (error is not null)
            return FailAsync(error);

        Start();
        if (TakesGzip && GzipMessage.TryCompress(Answer, 0))
            Context.Response.Headers.ContentEncoding = CompressedMessage.Gzip;
        Context.Response.ContentLength = Answer.Length;
        Context.Response.BodyWriter.Write(Answer.WrittenSpan);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask FailAsync(GatewayError error)
    {
        if (form.Streams)
            return EndStreamAsync(error, null);
        errors.Write(Context, this, error);
        return default;
    }

    private void Prefix(byte flags) => Answer.Write([flags, 0, 0, 0, 0]);

    private void Start()
    {
        Context.Response.StatusCode = StatusCodes.Status200OK;
        Context.Response.ContentType = form.MediaType;
        if (form.Streams && TakesGzip)
            Context.Response.Headers[ConnectForm.StreamEncoding] = CompressedMessage.Gzip;
    }

    private ValueTask SendEnvelopeAsync(bool moreAtHand)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Answer.WrittenSpan[1..], (uint)Answer.Length - 5);
        return ClientAnswer.SendAsync(Context, Answer.WrittenSpan, moreAtHand);
    }

    // The status is always 200: whether the call went well is in the last record.
    private ValueTask EndStreamAsync(GatewayError? error, CallHeaders? trailers)
    {
        Answer.Clear();
        Prefix(EndOfStream);
        errors.WriteEnd(Answer, this, error, trailers);
        if (Context.RequestAborted.IsCancellationRequested)
            return default;
        if (error is not null && !ClientAnswer.HasBegun(Context))
            ClientHeaders.FromError(error, Context.Response);
        if (!_answered)
            Start();
        return SendEnvelopeAsync(moreAtHand: false);
    }
}
