using System.Buffers;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.WebSockets.Direct;

/// <summary>The call of a direct socket: each message of the answer is one of the socket, and the status is the close code.</summary>
/// <param name="socket">The socket.</param>
/// <param name="target">The operation.</param>
/// <param name="log">Where incidents are logged.</param>
internal sealed class DirectCall(ClientSocket socket, RpcTarget target, ILogger log) : MessageCall
{
    private bool _answered;

    /// <summary>The client's first message was a text: so are the answers, JSON; otherwise they are protobuf.</summary>
    public bool Json { get; set; } = true;

    /// <summary>The call has gone into the spine.</summary>
    public bool HasBegun { get; set; }

    /// <summary>No end of it can be waited for.</summary>
    public bool IsEndless => target.Streams || !HasBegun;

    /// <inheritdoc />
    public override ValueTask OnHeadAsync(AnswerHead head) => default;

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        if (_answered && !target.StreamsAnswer)
            throw new GatewayCallException(GatewayErrors.BackendProtocol(target.Service, "more than one message for a single answer"));
        _answered = true;
        return SendAsync(message, moreAtHand);
    }

    /// <inheritdoc />
    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        if (error is null && !_answered && !target.StreamsAnswer)
            error = GatewayErrors.BackendProtocol(target.Service, "no message, and no error either");
        return EndAsync(error);
    }

    /// <summary>Ends the socket with the status.</summary>
    public async ValueTask EndAsync(GatewayError? error)
    {
        Error ??= error;
        if (error is not null)
            Incidents.Note(log, error, this, Operation.FullName);
        var close = DirectCloses.Of(error);
        WebSocketEdgeLog.Closed(log, close.Code, close.Reason);
        await socket.CloseAsync(close);
    }

    private async ValueTask SendAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        await socket.EnterAsync();
        try
        {
            Answer.Clear();
            if (target.Write(Json, message, Answer, Shared) is { } wrong)
                throw new GatewayCallException(wrong);
            await socket.WriteAsync(Answer.WrittenMemory, text: Json, moreAtHand);
        }
        catch (Exception gone) when (ClientSocket.IsGone(gone))
        {
            throw new GatewayCallException(GatewayErrors.CallerGone());
        }
        finally
        {
            socket.Leave();
        }
    }
}
