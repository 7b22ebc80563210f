using System.Buffers;
using System.Buffers.Text;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.Rest.Streaming;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest;

/// <summary>A call of a gRPC operation: JSON in, JSON out, in any shape.</summary>
internal sealed class RestCall(HttpContext context, RestRoutePlan plan, RestAnswerWriter answers, AnswerForm form) : MessageCall
{
    private string? _rawType;
    private bool _answered;
    private bool _headOnly;

    /// <inheritdoc />
    public override ValueTask OnHeadAsync(AnswerHead head)
    {
        ClientHeaders.FromMetadata(head.Headers, context.Response, plan.RawAnswer);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        if (plan.StreamsAnswer)
            return SendAsync(message, moreAtHand);
        if (_answered)
            throw new GatewayCallException(GatewayErrors.BackendProtocol(plan.Service, "more than one message for a single answer"));
        _answered = true;
        Take(message);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask OnGapAsync(long missed)
    {
        // Events can tell of it; the other forms hold messages and nothing else.
        if (form != AnswerForm.Events)
            return base.OnGapAsync(missed);
        if (!_answered)
            Start();
        _answered = true;
        Answer.Clear();
        Answer.Write("event: gap\ndata: {\"missed\":"u8);
        Utf8Formatter.TryFormat(missed, Answer.GetSpan(20), out var length);
        Answer.Advance(length);
        Answer.Write("}\n\n"u8);
        return ClientAnswer.SendAsync(context, Answer.WrittenSpan, moreAtHand: true);
    }

    /// <inheritdoc />
    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        if (plan.StreamsAnswer)
            return EndStreamAsync(error, trailers);
        if (error is null && !_answered)
            error = GatewayErrors.BackendProtocol(plan.Service, "no message, and no error either");
        if (trailers is not null)
            ClientHeaders.FromTrailers(trailers, context.Response);
        if (error is not null)
            return answers.FailAsync(context, this, error, null, true);
        RestAnswerWriter.Single(context, _rawType ?? RestAccept.Json, Answer.WrittenSpan);
        return default;
    }

    // The status waits for the end of the call, so the answer does too.
    private void Take(ReadOnlySequence<byte> message)
    {
        if (!plan.RawAnswer)
        {
            if (SharedFormat.Write(Shared, plan.Format!, message, Answer) is { } wrong)
                throw new GatewayCallException(GatewayErrors.BackendContract(plan.Service, wrong.ToString()));
            return;
        }

        if (!HttpBodyMessage.TryRead(message, plan.RawAnswerField, out _rawType, out var data))
            throw new GatewayCallException(GatewayErrors.BackendContract(plan.Service, "a google.api.HttpBody that cannot be read"));
        foreach (var segment in data)
            Answer.Write(segment.Span);
    }

    private ValueTask SendAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        Answer.Clear();
        AnswerFraming.Before(form, !_answered, Answer);
        Take(message);
        AnswerFraming.After(form, Answer);
        if (!_answered)
            Start();
        _answered = true;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            // The first message has settled the status, and a HEAD wants nothing else.
            _headOnly = true;
            throw new GatewayCallException(GatewayErrors.CallerGone());
        }

        return ClientAnswer.SendAsync(context, Answer.WrittenSpan, moreAtHand);
    }

    private ValueTask EndStreamAsync(GatewayError? error, CallHeaders? trailers)
    {
        if (_headOnly)
            return default;
        if (error is not null)
        {
            if (!_answered && trailers is not null)
                ClientHeaders.FromTrailers(trailers, context.Response);
            return answers.FailAsync(context, this, error, form, !_answered);
        }

        if (!_answered)
            Start();
        if (trailers is not null)
            ClientHeaders.ToHttpTrailers(trailers, context);
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            Answer.Clear();
            AnswerFraming.End(form, !_answered, Answer);
            return ClientAnswer.SendAsync(context, Answer.WrittenSpan, moreAtHand: false);
        }

        return default;
    }

    private void Start() => RestAnswerWriter.StartStream(context, _rawType ?? AnswerFraming.ContentType(form), form);
}
