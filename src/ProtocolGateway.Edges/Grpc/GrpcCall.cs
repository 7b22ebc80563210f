using System.Buffers;
using System.Buffers.Binary;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>A call by gRPC or gRPC-Web. Whatever comes of it, the HTTP status is 200: the call's own is the last that is said.</summary>
internal sealed class GrpcCall(HttpContext context, RpcTarget target, GrpcForm form, GrpcErrorWriter errors) : RpcCall(context)
{
    private bool _begun;
    private bool _answered;

    private byte Mark => Compression is { IsAnswerMarked: true } ? EnvelopeReader.Compressed : (byte)0;

    /// <inheritdoc />
    public override ValueTask OnHeadAsync(AnswerHead head)
    {
        ClientHeaders.FromMetadata(head.Headers, Context.Response, raw: false);
        if (head.Encoding is not null)
            Context.Response.Headers["grpc-encoding"] = head.Encoding;
        Begin();
        // A stream's first message may be long in coming; its metadata is worth something before.
        return target.StreamsAnswer ? ClientAnswer.FlushAsync(Context) : default;
    }

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        if (_answered && !target.StreamsAnswer)
            throw new GatewayCallException(GatewayErrors.BackendProtocol(target.Service, "more than one message for a single answer"));
        _answered = true;
        Write(message);
        // A single answer leaves in one piece with its status.
        if (!target.StreamsAnswer || (moreAtHand && Answer.Length is > 0 and < ClientAnswer.MostHeldBack))
            return default;
        Release();
        return ClientAnswer.OfferAsync(Context, moreAtHand);
    }

    /// <inheritdoc />
    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        if (error is null && !_answered && !target.StreamsAnswer)
            error = GatewayErrors.BackendProtocol(target.Service, "no message, and no error either");
        Release();
        errors.WriteEnd(Context, form, this, error, trailers, _begun);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask FailAsync(GatewayError error)
    {
        Release();
        errors.WriteEnd(Context, form, this, error, null, _begun);
        return default;
    }

    private void Begin()
    {
        _begun = true;
        Context.Response.StatusCode = StatusCodes.Status200OK;
        Context.Response.ContentType = form.MediaType;
    }

    // Gathers small messages: each write to the server's own writer takes its locks several times over, each flush takes a send.
    private void Write(ReadOnlySequence<byte> message)
    {
        if (!form.Json && !form.Text && message.Length >= ClientAnswer.MostHeldBack)
        {
            Release();
            WriteLarge(message);
            return;
        }

        var start = Answer.Length;
        Answer.Write([Mark, 0, 0, 0, 0]);
        if (target.Write(form.Json, message, Answer, Shared) is { } wrong)
        {
            Answer.Truncate(start);
            throw new GatewayCallException(wrong);
        }

        BinaryPrimitives.WriteUInt32BigEndian(Answer.WrittenSpan[(start + 1)..], (uint)(Answer.Length - start - EnvelopeReader.PrefixLength));
        // Each frame is base64 of its own.
        if (form.Text)
            Release();
    }

    // As it came, without a copy more than the server's.
    private void WriteLarge(ReadOnlySequence<byte> message)
    {
        var output = Context.Response.BodyWriter;
        var prefix = output.GetSpan(EnvelopeReader.PrefixLength);
        prefix[0] = Mark;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)message.Length);
        output.Advance(EnvelopeReader.PrefixLength);
        foreach (var piece in message)
            output.Write(piece.Span);
    }

    private void Release()
    {
        if (Answer.Length == 0)
            return;
        form.Write(Answer.WrittenSpan, Context.Response.BodyWriter);
        Answer.Clear();
    }
}
