using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>The messages of a streamed request: each with a byte of flags and its length before it.</summary>
internal sealed class ConnectMessages(HttpContext context, ConnectTarget target, ConnectForm form, int maxBytes)
{
    private const int PrefixLength = 5;

    private readonly PipeReader _body = context.Request.BodyReader;

    /// <summary>Writes the next message; false at the end. Errors are thrown as <see cref="GatewayCallException"/>.</summary>
    public async ValueTask<bool> ReadAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        while (true)
        {
            var result = await ClientBody.ReadPieceAsync(_body, cancel);
            var buffer = result.Buffer;
            if (Refusal(buffer, result.IsCompleted, out var length) is { } error)
            {
                _body.AdvanceTo(buffer.End);
                throw new GatewayCallException(error);
            }

            if (length >= 0)
            {
                var message = buffer.Slice(PrefixLength, length);
                var failed = Take(message, into);
                _body.AdvanceTo(message.End);
                return failed is null ? true : throw new GatewayCallException(failed);
            }

            _body.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return false;
        }
    }

    // The length of a message that is there as a whole; -1 for none.
    private GatewayError? Refusal(ReadOnlySequence<byte> buffer, bool completed, out int length)
    {
        length = -1;
        if (buffer.Length < PrefixLength)
            return completed && !buffer.IsEmpty ? Cut() : null;
        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        if (prefix[0] != 0)
            return ConnectEdge.Unsupported("compressed messages");
        var announced = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (announced > maxBytes)
            return GatewayErrors.RequestTooLarge(maxBytes);
        if (buffer.Length - PrefixLength < announced)
            return completed ? Cut() : null;
        length = (int)announced;
        return null;
    }

    private GatewayError? Take(ReadOnlySequence<byte> message, IBufferWriter<byte> into)
    {
        if (form.Json)
            return target.Parse(message, into) is { } error ? GatewayErrors.InvalidInput(error.ToString()) : null;
        foreach (var piece in message)
            into.Write(piece.Span);
        return null;
    }

    private static GatewayError Cut() => GatewayErrors.InvalidInput("The request body ends within a message.");
}
