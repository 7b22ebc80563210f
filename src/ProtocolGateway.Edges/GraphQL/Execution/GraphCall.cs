using System.Buffers;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>What is done with each message of a subscription's source; the answer holds it until the task completes.</summary>
internal delegate ValueTask SourceEvent(CallAnswer answer);

/// <summary>
/// One call that an operation makes: its answer becomes JSON in a <see cref="CallAnswer"/>. An answer that cannot is thrown as a
/// <see cref="GatewayCallException"/>, with which the upstream breaks the exchange off: what else the backend sends may be without end.
/// </summary>
internal sealed class GraphCall(CallPlan plan, GraphEdgeOptions options, CallerContext caller, CallAnswer answer, PooledBuffer request) : GatewayCall
{
    private readonly int _limit = options.MaxAnswerBytes;
    private int _status;
    private int _messages;
    private bool _read;

    /// <summary>Takes the messages of a stream one by one; null where the answer is taken whole.</summary>
    public SourceEvent? OnEvent { get; init; }

    /// <summary>Ends a backend's stream that has more than is wanted.</summary>
    public CancellationTokenSource? Stop { get; init; }

    private bool IsSuccess => _status is >= 200 and <= 299;

    /// <inheritdoc />
    public override bool TryGetSingleMessage(out ReadOnlySequence<byte> message)
    {
        message = new(request.WrittenMemory);
        return plan.Http is null;
    }

    /// <inheritdoc />
    public override ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        if (_read || (plan.Http is not null && HttpRequest is not { HasBody: true }))
            return new(false);
        _read = true;
        into.Write(request.WrittenSpan);
        return new(true);
    }

    /// <inheritdoc />
    public override ValueTask OnHeadAsync(AnswerHead head)
    {
        _status = head.Status;
        foreach (var name in options.AnswerHeaders)
        {
            foreach (var (given, value) in head.Headers.Items)
            {
                if (given == name)
                    caller.Return(name, value);
            }
        }

        return default;
    }

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        if (plan.Http is not null)
            Append(message);
        else if (OnEvent is not null)
            return EventAsync(message);
        else if (plan.StreamLimit > 0)
            AppendToList(message);
        else if (_messages++ > 0)
            throw new GatewayCallException(GatewayErrors.BackendProtocol(answer.Service, "more than one message for a single answer"));
        else
            Format(message);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        // A list that is full ended the stream itself.
        if (plan.StreamLimit > 0 && _messages >= plan.StreamLimit)
            error = null;
        if (error is null && plan.Http is not null)
            error = EndHttp();
        else if (error is null && plan.StreamLimit > 0)
            answer.Json.Write(_messages == 0 ? "[]"u8 : "]"u8);
        else if (error is null && OnEvent is null && _messages == 0)
            error = GatewayErrors.BackendProtocol(answer.Service, "no message, and no error either");
        answer.Error = Error = error;
        if (error is not null)
            answer.Json.Clear();
        return default;
    }

    private async ValueTask EventAsync(ReadOnlySequence<byte> message)
    {
        answer.Json.Clear();
        Format(message);
        await OnEvent!(answer);
    }

    private void AppendToList(ReadOnlySequence<byte> message)
    {
        if (_messages >= plan.StreamLimit)
            return;
        answer.Json.Write(_messages == 0 ? "["u8 : ","u8);
        Format(message);
        if (answer.Json.Length > _limit)
            throw new GatewayCallException(GatewayErrors.AnswerTooLarge(answer.Service, _limit));
        if (++_messages == plan.StreamLimit)
            Stop?.Cancel();
    }

    private void Format(ReadOnlySequence<byte> message)
    {
        if (plan.Format is null)
            answer.Json.Write(plan.AnswersTrue ? "true"u8 : "{}"u8);
        else if (plan.Format.Format(message, answer.Json) is { } wrong)
            throw new GatewayCallException(GatewayErrors.BackendContract(answer.Service, wrong.ToString()));
    }

    private void Append(ReadOnlySequence<byte> piece)
    {
        if (answer.Json.Length + piece.Length > _limit)
            throw new GatewayCallException(IsSuccess ? GatewayErrors.AnswerTooLarge(answer.Service, _limit) : Refused());
        foreach (var segment in piece)
            answer.Json.Write(segment.Span);
    }

    private GatewayError? EndHttp()
    {
        if (!IsSuccess)
            return Refused();
        if (plan.AnswersTrue)
            answer.Json.Clear();
        if (answer.Json.Length == 0)
            answer.Json.Write(plan.AnswersTrue ? "true"u8 : "null"u8);
        else if (JsonCheck.Check(answer.Json.WrittenSpan) is { } wrong)
            return GatewayErrors.BackendContract(answer.Service, "an answer that is " + wrong);
        return null;
    }

    // A REST backend's own status is an answer; what it says besides may be private.
    private GatewayError Refused() => _status is >= 400 and <= 599
        ? GatewayErrors.BackendHttpStatus(answer.Service, _status)
        : GatewayErrors.BackendProtocol(answer.Service, $"HTTP status {_status}");
}
