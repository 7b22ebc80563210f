using System.Buffers;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams.Http;

/// <summary>A request body, piece by piece.</summary>
internal sealed class BodyContent(GatewayCall call, CallCancellation cancellation, long? declared) : CallContent(call, cancellation)
{
    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = declared ?? 0;
        return declared is not null;
    }

    /// <inheritdoc />
    protected override async ValueTask WriteSingleAsync(Stream stream, ReadOnlySequence<byte> message, CancellationToken cancel)
    {
        CheckLength(message.Length, atEnd: true);
        foreach (var segment in message)
            await stream.WriteAsync(segment, cancel);
    }

    /// <inheritdoc />
    protected override async Task PumpAsync(Stream stream, CancellationToken cancel)
    {
        using var piece = new PooledBuffer(4096);
        long sent = 0;
        while (await PullAsync(piece, cancel))
        {
            sent += piece.Length;
            CheckLength(sent, atEnd: false);
            await stream.WriteAsync(piece.WrittenMemory, cancel);
            // A body of unknown length may be a stream whose pieces are awaited one by one.
            if (declared is null)
                await stream.FlushAsync(cancel);
            piece.Truncate(0);
        }

        CheckLength(sent, atEnd: true);
    }

    // A length that does not hold would shift the framing of the connection to the backend (request smuggling).
    private void CheckLength(long sent, bool atEnd)
    {
        if (declared is not { } length || (atEnd ? sent == length : sent <= length))
            return;
        var error = GatewayErrors.InvalidInput($"The body does not have the {length} bytes that Content-Length declares.");
        Fail(error);
        throw new GatewayCallException(error);
    }
}
