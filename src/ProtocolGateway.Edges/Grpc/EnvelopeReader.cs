using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>The messages of an enveloped request: each with a byte of flags and its length before it.</summary>
/// <param name="body">The request's body.</param>
/// <param name="target">The operation.</param>
/// <param name="json">Messages are JSON; otherwise protobuf.</param>
/// <param name="maxBytes">The largest message.</param>
internal sealed class EnvelopeReader(PipeReader body, RpcTarget target, bool json, int maxBytes)
{
    /// <summary>Bytes before a message.</summary>
    public const int PrefixLength = 5;

    /// <summary>The flag of a compressed message.</summary>
    public const byte Compressed = 1;

    private long _taken;
    private long _waiting;

    /// <summary>How slowly the body may come; null for a stream, which may be silent for long.</summary>
    public TimedBody? Bounds { get; init; }

    /// <summary>The request has declared gzip for the messages that are marked: they are decompressed.</summary>
    public bool Gzip { get; init; }

    /// <summary>Takes the mark of messages that pass as they come; null where none does.</summary>
    public MessageCompression? Passing { get; init; }

    /// <summary>Writes the next message; false at the end. Errors are thrown as <see cref="GatewayCallException"/>.</summary>
    public async ValueTask<bool> ReadAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        while (true)
        {
            var result = await (Bounds?.ReadAsync(body, _taken + _waiting, cancel) ?? ClientBody.ReadPieceAsync(body, cancel));
            var buffer = result.Buffer;
            if (Refusal(buffer, result.IsCompleted, out var length) is { } error)
            {
                body.AdvanceTo(buffer.End);
                throw new GatewayCallException(error);
            }

            if (length >= 0)
            {
                var message = buffer.Slice(PrefixLength, length);
                var marked = buffer.FirstSpan[0] == Compressed;
                if (Passing is not null)
                    Passing.IsRequestMarked = marked;
                var failed = marked && Passing is null ? CompressedMessage.Read(target, json, message, into, maxBytes) : target.Read(json, message, into);
                body.AdvanceTo(message.End);
                _taken += PrefixLength + length;
                _waiting = 0;
                return failed is null ? true : throw new GatewayCallException(failed);
            }

            _waiting = buffer.Length;
            body.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return false;
        }
    }

    /// <summary>Reads a request that must hold exactly one message. What goes wrong with the body is thrown, as by <see cref="ReadAsync"/>.</summary>
    public async ValueTask<GatewayError?> ReadOnlyOneAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        if (!await ReadAsync(into, cancel))
            return GatewayErrors.MessageCount("none");
        return await ReadAsync(into, cancel) ? GatewayErrors.MessageCount("more") : null;
    }

    // The length of a message that is there as a whole; -1 for none.
    private GatewayError? Refusal(ReadOnlySequence<byte> buffer, bool completed, out int length)
    {
        length = -1;
        if (buffer.Length < PrefixLength)
            return completed && !buffer.IsEmpty ? Cut() : null;
        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        if (prefix[0] == Compressed && !Gzip && Passing?.Request is null)
            return GatewayErrors.UnsupportedEncoding("compressed messages, unless the request says how they are compressed");
        if (prefix[0] > Compressed)
            return GatewayErrors.InvalidInput($"A message has the flags {prefix[0]}, which no request may.");
        var announced = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (announced > maxBytes)
            return GatewayErrors.RequestTooLarge(maxBytes);
        if (buffer.Length - PrefixLength < announced)
            return completed ? Cut() : null;
        length = (int)announced;
        return null;
    }

    private static GatewayError Cut() => GatewayErrors.InvalidInput("The request body ends within a message.");
}
