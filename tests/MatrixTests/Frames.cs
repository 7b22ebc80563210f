using System.Buffers.Binary;
using System.IO.Compression;

namespace MatrixTests;

/// <summary>The frames of gRPC, which are the envelopes of Connect, by their bytes.</summary>
internal static class Frames
{
    /// <summary>One message in its frame.</summary>
    public static byte[] Frame(ReadOnlySpan<byte> message, byte flags = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(5));
        return frame;
    }

    /// <summary>The messages of a body.</summary>
    public static List<(byte Flags, byte[] Message)> Read(byte[] body)
    {
        var parts = new List<(byte, byte[])>();
        for (var at = 0; at < body.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            parts.Add((body[at], body[(at + 5)..(at + 5 + length)]));
            at += 5 + length;
        }

        return parts;
    }

    public static byte[] Zip(byte[] message)
    {
        using var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, CompressionLevel.Fastest))
            zip.Write(message);
        return zipped.ToArray();
    }

    public static byte[] Unzip(byte[] message)
    {
        using var plain = new MemoryStream();
        using (var zip = new GZipStream(new MemoryStream(message), CompressionMode.Decompress))
            zip.CopyTo(plain);
        return plain.ToArray();
    }
}
