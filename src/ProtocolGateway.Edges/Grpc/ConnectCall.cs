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
        if (target.Write(form.Json, message, Answer) is { } wrong)
            throw new GatewayCallException(wrong);
        if (form.Streams)
            Start();
        _answered = true;
        // A unary answer waits for the status.
        return form.Streams ? SendEnvelopeAsync(moreAtHand) : default;
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
        if (_answered && form.Streams)
            return;
        Context.Response.StatusCode = StatusCodes.Status200OK;
        Context.Response.ContentType = form.MediaType;
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
        Start();
        return SendEnvelopeAsync(moreAtHand: false);
    }
}
