using System.Buffers;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.Rest.Streaming;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest;

/// <summary>A call of a gRPC operation: JSON in, JSON out, in any shape.</summary>
internal sealed class RestCall(HttpContext context, RestRoutePlan plan, RestAnswerWriter answers, AnswerForm form) : GatewayCall, IDisposable
{
    private readonly PooledBuffer _answer = new();
    private GatewayError? _failure;
    private string? _rawType;
    private bool _answered;
    private bool _headOnly;
    private bool _singleRead;

    /// <summary>The request message, where there is exactly one.</summary>
    public PooledBuffer Request { get; } = new();

    /// <summary>Where further request messages come from; null where there is exactly one.</summary>
    public RequestMessages? Messages { get; init; }

    /// <summary>Ends the backend's stream when we want no more of it; null for single answers.</summary>
    public CancellationTokenSource? Stop { get; init; }

    /// <inheritdoc />
    public override bool TryGetSingleMessage(out ReadOnlySequence<byte> message)
    {
        message = Messages is null ? new(Request.WrittenMemory) : default;
        return Messages is null;
    }

    /// <inheritdoc />
    public override ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        if (Messages is not null)
            return Messages.ReadAsync(into, cancel);
        if (_singleRead)
            return new(false);
        _singleRead = true;
        into.Write(Request.WrittenSpan);
        return new(true);
    }

    /// <inheritdoc />
    public override ValueTask OnHeadAsync(AnswerHead head)
    {
        ClientHeaders.FromMetadata(head.Headers, context.Response, plan.RawAnswer);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        if (_failure is not null)
            return default;
        if (plan.StreamsAnswer)
            return SendAsync(message, moreAtHand);
        if (_answered)
            return Broken(GatewayErrors.BackendProtocol(plan.Service, "more than one message for a single answer"));
        _answered = true;
        return Take(message) is { } error ? Broken(error) : default;
    }

    /// <inheritdoc />
    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        error = _failure ?? error;
        if (plan.StreamsAnswer)
            return EndStreamAsync(error, trailers);
        if (error is null && !_answered)
            error = GatewayErrors.BackendProtocol(plan.Service, "no message, and no error either");
        if (trailers is not null)
            ClientHeaders.FromTrailers(trailers, context.Response);
        if (error is not null)
            return answers.FailAsync(context, this, error, null, true);
        RestAnswerWriter.Single(context, _rawType ?? RestAccept.Json, _answer.WrittenSpan);
        return default;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Request.Dispose();
        _answer.Dispose();
        Stop?.Dispose();
    }

    // The status waits for the end of the call, so the answer does too.
    private GatewayError? Take(ReadOnlySequence<byte> message)
    {
        if (!plan.RawAnswer)
            return plan.Format!(message, _answer) is { } wrong ? GatewayErrors.BackendContract(plan.Service, wrong.ToString()) : null;
        if (!HttpBodyMessage.TryRead(message, plan.RawAnswerField, out _rawType, out var data))
            return GatewayErrors.BackendContract(plan.Service, "a google.api.HttpBody that cannot be read");
        foreach (var segment in data)
            _answer.Write(segment.Span);
        return null;
    }

    private ValueTask SendAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        _answer.Clear();
        if (_headOnly)
            return default;
        AnswerFraming.Before(form, !_answered, _answer);
        if (Take(message) is { } error)
            return Broken(error);
        AnswerFraming.After(form, _answer);
        if (!_answered)
            Start();
        _answered = true;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            // The first message has settled the status, and a HEAD wants nothing else.
            _headOnly = true;
            Stop!.Cancel();
            return default;
        }

        var output = context.Response.BodyWriter;
        output.Write(_answer.WrittenSpan);
        return moreAtHand && output.UnflushedBytes < RestAnswerWriter.MostHeldBack ? default : FlushAsync();
    }

    private ValueTask FlushAsync()
    {
        // Awaited by the upstream: a client that reads slowly slows the backend down.
        var flush = context.Response.BodyWriter.FlushAsync(CancellationToken.None);
        return flush.IsCompletedSuccessfully ? default : Slow(flush);

        static async ValueTask Slow(ValueTask<System.IO.Pipelines.FlushResult> flush) => await flush;
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
            _answer.Clear();
            AnswerFraming.End(form, !_answered, _answer);
            context.Response.BodyWriter.Write(_answer.WrittenSpan);
            return FlushAsync();
        }

        return default;
    }

    private void Start() => RestAnswerWriter.StartStream(context, _rawType ?? AnswerFraming.ContentType(form), form);

    private ValueTask Broken(GatewayError error)
    {
        _failure = error;
        // Whatever else the backend sends is not wanted; it may be without end.
        Stop?.Cancel();
        return default;
    }
}
