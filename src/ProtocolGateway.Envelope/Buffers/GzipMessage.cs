using System.Buffers;
using System.IO.Compression;

namespace ProtocolGateway.Envelope.Buffers;

/// <summary>What became of a compressed message.</summary>
public enum GzipOutcome
{
    /// <summary>It is there whole.</summary>
    Whole,

    /// <summary>It is larger than the limit.</summary>
    TooLarge,

    /// <summary>It is damaged, cut off, or something follows it.</summary>
    Broken,
}

/// <summary>
/// Compresses messages, and decompresses the message of one frame. GZipStream takes the end of its input for the end of the data, so that a message which was cut off would pass
/// for whole. So a mark of our own follows the input as one more member (RFC 1952, section 2.2): it comes out at the end only where everything before it
/// was complete; within an unfinished member it is just more of that member's bytes.
/// </summary>
public static class GzipMessage
{
    // Sixteen bytes that no message ends with by chance.
    private static readonly byte[] Mark = [0x8f, 0x13, 0xd7, 0x2b, 0x60, 0xe5, 0x9a, 0x41, 0xbc, 0x07, 0x5e, 0xf2, 0x34, 0xa8, 0xc9, 0x7d];

    private static readonly byte[] MarkMember = Compress(Mark);

    // Below, gzip's own header and the time outweigh what it saves.
    private const int WorthFrom = 1024;

    // Beside the deflated bytes: 18 of gzip's header and trailer (RFC 1952, section 2.3), a few of the block's own.
    private const int Overhead = 64;

    /// <summary>Compresses what stands in a buffer. False, and it stays as it is, where that does not make it smaller, or too little to be worth the time.</summary>
    /// <param name="buffer">The message.</param>
    /// <param name="from">What is before stays, such as a frame's prefix.</param>
    public static bool TryCompress(PooledBuffer buffer, int from)
    {
        var message = buffer.WrittenSpan[from..];
        if (message.Length < WorthFrom)
            return false;
        var zipped = ArrayPool<byte>.Shared.Rent(MostZipped(message.Length));
        try
        {
            using var stream = new MemoryStream(zipped);
            using (var zip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
                zip.Write(message);
            if (stream.Position >= message.Length)
                return false;
            buffer.Truncate(from);
            buffer.Write(zipped.AsSpan(0, (int)stream.Position));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(zipped);
        }
    }

    /// <summary>Appends what is decompressed; only for <see cref="GzipOutcome.Whole"/> it means anything.</summary>
    /// <param name="body">One gzip member or several; none for an empty message, as gRPC for .NET compresses it.</param>
    /// <param name="into">Empty.</param>
    /// <param name="limit">The most bytes of a message.</param>
    public static GzipOutcome Inflate(ReadOnlyMemory<byte> body, PooledBuffer into, int limit)
    {
        var length = body.Length + MarkMember.Length;
        var marked = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.Span.CopyTo(marked);
            MarkMember.CopyTo(marked, body.Length);
            using var zip = new GZipStream(new MemoryStream(marked, 0, length, writable: false), CompressionMode.Decompress);
            int count;
            while ((count = zip.Read(into.GetSpan(1024))) > 0)
            {
                into.Advance(count);
                if (into.Length - Mark.Length > limit)
                    return GzipOutcome.TooLarge;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            return GzipOutcome.Broken;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(marked);
        }

        if (!into.WrittenSpan.EndsWith(Mark))
            return GzipOutcome.Broken;
        into.Truncate(into.Length - Mark.Length);
        return GzipOutcome.Whole;
    }

    // At worst each byte takes the nine bits of the longest fixed code (RFC 1951, section 3.2.6): .NET's fastest level, of zlib-ng, uses no other codes. Measured: 22 bytes more.
    private static int MostZipped(int length) => (int)Math.Min(length + (length / 8L) + Overhead, Array.MaxLength);

    private static byte[] Compress(byte[] bytes)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.NoCompression))
            zip.Write(bytes);
        return zipped.ToArray();
    }
}
