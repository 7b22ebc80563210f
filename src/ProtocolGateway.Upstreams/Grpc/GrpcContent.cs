using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>Request messages as gRPC frames: a flag, four bytes of length, the message.</summary>
internal sealed class GrpcContent(GatewayCall call, CallCancellation cancellation, bool gzip) : CallContent(call, cancellation)
{
    /// <summary>Bytes of a frame before its message.</summary>
    public const int PrefixLength = 5;

    // Up to here one copy is cheaper than a second DATA frame.
    private const int CopyLimit = 64 * 1024;

    // Below, gzip's own header and the time outweigh what it saves.
    private const int GzipFrom = 1024;

    /// <inheritdoc />
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    /// <inheritdoc />
    protected override async ValueTask WriteSingleAsync(Stream stream, ReadOnlySequence<byte> message, CancellationToken cancel)
    {
        var whole = message.Length <= CopyLimit || (gzip && message.Length >= GzipFrom);
        using var frame = new PooledBytes(PrefixLength + (whole ? (int)message.Length : 0));
        frame.Advance(PrefixLength);
        if (whole)
        {
            foreach (var segment in message)
                frame.Write(segment.Span);
            await WriteFrameAsync(stream, frame, cancel);
            return;
        }

        WritePrefix(frame.Written.Span, compressed: false, message.Length);
        await stream.WriteAsync(frame.Written, cancel);
        foreach (var segment in message)
            await stream.WriteAsync(segment, cancel);
    }

    /// <inheritdoc />
    protected override async Task PumpAsync(Stream stream, CancellationToken cancel)
    {
        // The headers wait for the first byte of the body, but the backend may have to speak first.
        await stream.FlushAsync(cancel);
        using var frame = new PooledBytes(4096);
        while (true)
        {
            frame.Truncate(0);
            frame.GetSpan(PrefixLength);
            frame.Advance(PrefixLength);
            if (!await PullAsync(frame, cancel))
                return;
            await WriteFrameAsync(stream, frame, cancel);
            await stream.FlushAsync(cancel);
        }
    }

    private async ValueTask WriteFrameAsync(Stream stream, PooledBytes frame, CancellationToken cancel)
    {
        var length = frame.Length - PrefixLength;
        if (!gzip || length < GzipFrom)
        {
            WritePrefix(frame.Written.Span, compressed: false, length);
            await stream.WriteAsync(frame.Written, cancel);
            return;
        }

        using var compressed = new PooledBytes(PrefixLength + length / 2);
        compressed.Advance(PrefixLength);
        await using (var zip = new GZipStream(new BytesStream(compressed), CompressionLevel.Fastest))
            zip.Write(frame.Written.Span[PrefixLength..]);
        WritePrefix(compressed.Written.Span, compressed: true, compressed.Length - PrefixLength);
        await stream.WriteAsync(compressed.Written, cancel);
    }

    private static void WritePrefix(Span<byte> frame, bool compressed, long length)
    {
        frame[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(frame[1..], checked((uint)length));
    }
}
