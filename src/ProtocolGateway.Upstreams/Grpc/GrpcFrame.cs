using System.Buffers.Binary;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>The frame around each message: a flag, four bytes of length, the message.</summary>
internal static class GrpcFrame
{
    /// <summary>Bytes of a frame before its message.</summary>
    public const int PrefixLength = 5;

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
        marked = marked || (gzip && GzipMessage.TryCompress(frame, PrefixLength));
        var prefix = frame.WrittenSpan;
        prefix[0] = marked ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], checked((uint)(frame.Length - PrefixLength)));
    }
}
