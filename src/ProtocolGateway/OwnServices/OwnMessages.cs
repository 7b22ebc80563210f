using System.Buffers;
using Google.Protobuf;
using ProtocolGateway.Envelope.Buffers;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.OwnServices;

/// <summary>Messages of the gateway's own services, by the library's classes: they are few and small.</summary>
internal static class OwnMessages
{
    /// <summary>Reads the one message, or the next; false at the end.</summary>
    public static async ValueTask<bool> ReadAsync(GatewayCall call, PooledBuffer into, CancellationToken cancel)
    {
        into.Clear();
        if (!call.TryGetSingleMessage(out var single))
            return await call.ReadMessageAsync(into, cancel);
        foreach (var piece in single)
            into.Write(piece.Span);
        return true;
    }

    /// <summary>The message; null where it is none.</summary>
    public static T? Parse<T>(MessageParser<T> parser, PooledBuffer bytes)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes.WrittenSpan);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>Sends a message.</summary>
    public static ValueTask SendAsync(GatewayCall call, IMessage message) => call.OnMessageAsync(new ReadOnlySequence<byte>(message.ToByteArray()));
}
