using System.Buffers;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.WebSockets.Multiplexed.Frames;

/// <summary>What the gateway tells of a session.</summary>
/// <param name="Token">Its secret name; empty where it is not resumable.</param>
/// <param name="Resumed">It goes on.</param>
/// <param name="Received">How many counted frames of it have come.</param>
internal readonly record struct SessionNote(string Token, bool Resumed, ulong Received);

/// <summary>How frames are written: as JSON texts, or as protobuf. The subprotocol chooses.</summary>
internal abstract class FrameForm
{
    /// <summary>The name of the subprotocol.</summary>
    public abstract string SubProtocol { get; }

    /// <summary>Frames are texts, and the messages in them JSON; otherwise both are binary.</summary>
    public abstract bool IsText { get; }

    /// <summary>The form that a client asks for; null where it asks for none.</summary>
    /// <param name="offered">The subprotocols that the client offers, the one it likes best first.</param>
    public static FrameForm? Of(IEnumerable<string> offered)
    {
        foreach (var name in offered)
        {
            if (name == JsonFrames.Name)
                return JsonFrames.Instance;
            if (name == ProtoFrames.Name)
                return ProtoFrames.Instance;
        }

        return null;
    }

    /// <summary>Reads a frame.</summary>
    /// <param name="bytes">The message of the socket; the frame points into it.</param>
    /// <param name="frame">The frame, where null is returned.</param>
    /// <returns>What is wrong with it.</returns>
    public abstract string? TryRead(ReadOnlyMemory<byte> bytes, out ClientFrame frame);

    public abstract void Welcome(PooledBuffer into, SessionNote session, WebSocketEdgeOptions options);

    public abstract void Head(PooledBuffer into, uint id, CallHeaders metadata);

    /// <summary>Writes one message of a stream; what is returned is wrong with it.</summary>
    /// <param name="into">Takes the frame.</param>
    /// <param name="id">The call.</param>
    /// <param name="target">The operation.</param>
    /// <param name="message">The message.</param>
    /// <param name="shared">The message as other calls have it; null for one that is this call's alone.</param>
    public abstract GatewayError? Message(PooledBuffer into, uint id, RpcTarget target, ReadOnlySequence<byte> message, SharedMessage? shared);

    /// <param name="into">Takes the frame.</param>
    /// <param name="id">The call.</param>
    /// <param name="message">The single answer in this form; null for a stream, whose messages have gone before.</param>
    /// <param name="trailers">Trailing metadata.</param>
    public abstract void Complete(PooledBuffer into, uint id, PooledBuffer? message, CallHeaders? trailers);

    public abstract void Error(PooledBuffer into, uint id, GatewayError error, string? incident, CallHeaders? trailers);

    public abstract void Credit(PooledBuffer into, uint id, int messages);

    public abstract void Gap(PooledBuffer into, uint id, long missed);

    public abstract void Ack(PooledBuffer into, ulong received);

    public abstract void Pong(PooledBuffer into);

    public abstract void GoAway(PooledBuffer into, int reconnectAfterMs, string reason);

    public abstract void Expiring(PooledBuffer into, int seconds);

    public abstract void Refreshed(PooledBuffer into);

    /// <summary>The metadata of an answer that a client may be told.</summary>
    public static bool IsTold(string name, string value) => ClientHeaders.MayReturn(name) && name is not ("date" or "server" or "content-type" or "content-length") && ClientHeaders.IsWritable(value);
}
