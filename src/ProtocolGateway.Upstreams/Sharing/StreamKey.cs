using System.Buffers;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Upstreams.Sharing;

/// <summary>What calls must have in common to share a stream: the operation, the request's bytes, and the headers that the service is to see.</summary>
internal sealed class StreamKey : IEquatable<StreamKey>
{
    private readonly Operation _operation;
    private readonly int _hash;

    public StreamKey(GatewayCall call, ReadOnlySequence<byte> message, SharedStreamOptions options)
    {
        (_operation, Message) = (call.Operation, message.ToArray());
        foreach (var (name, value) in call.Headers.Items)
        {
            if (options.Headers.Contains(name))
                Headers.TryAdd(name, value);
        }

        var hash = new HashCode();
        hash.Add(_operation);
        hash.AddBytes(Message);
        foreach (var (name, value) in Headers.Items)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        _hash = hash.ToHashCode();
    }

    /// <summary>The request.</summary>
    public byte[] Message { get; }

    /// <summary>What the service is to see of the callers' headers.</summary>
    public CallHeaders Headers { get; } = new();

    /// <inheritdoc />
    public bool Equals(StreamKey? other) =>
        other is not null && _hash == other._hash && _operation == other._operation && Message.AsSpan().SequenceEqual(other.Message) && Headers.Items.SequenceEqual(other.Headers.Items);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as StreamKey);

    /// <inheritdoc />
    public override int GetHashCode() => _hash;
}
