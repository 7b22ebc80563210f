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

    /// <summary>Leaves room for the prefix in an empty buffer, which the message then follows.</summary>
    public static void Begin(PooledBuffer frame)
    {
        frame.Truncate(0);
        frame.GetSpan(PrefixLength);
        frame.Advance(PrefixLength);
    }

    /// <summary>Writes the prefix, and compresses the message where that is wished and worth it.</summary>
    /// <param name="frame">What <see cref="Begin"/> began.</param>
    /// <param name="gzip">Compression is declared in the head.</param>
    public static void Finish(PooledBuffer frame, bool gzip)
    {
        var compress = gzip && frame.Length - PrefixLength >= GzipFrom;
        if (compress)
        {
            using var message = new PooledBuffer(frame.Length);
            message.Write(frame.WrittenSpan[PrefixLength..]);
            Begin(frame);
            using var zip = new GZipStream(new BytesStream(frame), CompressionLevel.Fastest);
            zip.Write(message.WrittenSpan);
        }

        var prefix = frame.WrittenSpan;
        prefix[0] = compress ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], checked((uint)(frame.Length - PrefixLength)));
    }
}
