using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>The frame around each message: a flag, four bytes of length, the message.</summary>
internal static class GrpcFrame
{
    /// <summary>Bytes of a frame before its message.</summary>
    public const int PrefixLength = 5;

    // Below, gzip's own header and the time outweigh what it saves.
    private const int GzipFrom = 1024;

    // Beside the deflated bytes: 18 of gzip's header and trailer (RFC 1952, section 2.3), a few of the block's own.
    private const int GzipOverhead = 64;

    /// <summary>Leaves room for the prefix in an empty buffer, which the message then follows.</summary>
    public static void Begin(PooledBuffer frame)
    {
        frame.Truncate(0);
        frame.GetSpan(PrefixLength);
        frame.Advance(PrefixLength);
    }

    /// <summary>Writes the prefix, and compresses the message where that is wished and makes it smaller.</summary>
    /// <param name="frame">What <see cref="Begin"/> began.</param>
    /// <param name="gzip">gzip is declared in the head, and wished for messages that are plain.</param>
    /// <param name="marked">The message is compressed already.</param>
    public static void Finish(PooledBuffer frame, bool gzip, bool marked = false)
    {
        if (!marked && gzip && frame.Length - PrefixLength >= GzipFrom)
            marked = TryCompress(frame);
        var prefix = frame.WrittenSpan;
        prefix[0] = marked ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], checked((uint)(frame.Length - PrefixLength)));
    }

    // False where nothing is gained: the message stays as it is then.
    private static bool TryCompress(PooledBuffer frame)
    {
        var message = frame.WrittenSpan[PrefixLength..];
        var zipped = ArrayPool<byte>.Shared.Rent(MostZipped(message.Length));
        try
        {
            using var stream = new MemoryStream(zipped);
            using (var zip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
                zip.Write(message);
            if (stream.Position >= message.Length)
                return false;
            frame.Truncate(PrefixLength);
            frame.Write(zipped.AsSpan(0, (int)stream.Position));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(zipped);
        }
    }

    // At worst each byte takes the nine bits of the longest fixed code (RFC 1951, section 3.2.6): .NET's fastest level, of zlib-ng, uses no other codes. Measured: 22 bytes more.
    private static int MostZipped(int length) => (int)Math.Min(length + (length / 8L) + GzipOverhead, Array.MaxLength);
}
