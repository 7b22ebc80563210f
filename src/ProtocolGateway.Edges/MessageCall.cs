using System.Buffers;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Edges;

/// <summary>Writes the next message of a request; false at the end. Errors are thrown as <see cref="GatewayCallException"/>.</summary>
internal delegate ValueTask<bool> MessageReader(IBufferWriter<byte> into, CancellationToken cancel);

/// <summary>
/// A call of a gRPC operation whose client speaks another protocol: messages are translated on their way. An answer that cannot be is thrown as a
/// <see cref="GatewayCallException"/>, with which the upstream breaks the exchange off: what else the backend sends is not wanted, and may be without end.
/// </summary>
internal abstract class MessageCall : GatewayCall, IDisposable
{
    private bool _singleRead;

    /// <summary>The request message, where there is exactly one.</summary>
    public PooledBuffer Request { get; } = new();

    /// <summary>Where the messages of a streamed request come from; null where there is exactly one.</summary>
    public MessageReader? Messages { get; init; }

    /// <summary>What is sent next.</summary>
    protected PooledBuffer Answer { get; } = new();

    /// <inheritdoc />
    public sealed override bool TryGetSingleMessage(out ReadOnlySequence<byte> message)
    {
        message = Messages is null ? new(Request.WrittenMemory) : default;
        return Messages is null;
    }

    /// <inheritdoc />
    public sealed override ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        if (Messages is not null)
            return Messages(into, cancel);
        if (_singleRead)
            return new(false);
        _singleRead = true;
        into.Write(Request.WrittenSpan);
        return new(true);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Request.Dispose();
        Answer.Dispose();
    }
}
