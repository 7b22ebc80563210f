using System.Buffers.Binary;
using ProtocolGateway.Upstreams.Grpc;
using Xunit;

namespace UnitTests.Upstreams.Wire;

/// <summary>What is framed comes out of the frame again, compressed or not.</summary>
public sealed class GrpcFrameTests
{
    private const int Large = 5_000_000;

    [Theory]
    [InlineData(0, true, 0)]
    [InlineData(1, true, 0)]
    [InlineData(1023, true, 0)]
    [InlineData(1024, true, 1)]
    [InlineData(1024, false, 0)]
    [InlineData(Large, true, 1)]
    [InlineData(Large, false, 0)]
    public void A_message_comes_out_as_it_went_in(int length, bool gzip, byte flag)
    {
        using var frame = FrameOf(gzip, Words(length));
        Assert.Equal(flag, frame.WrittenSpan[0]);
        Assert.Equal(Words(length), MessageIn(frame, length));
        if (flag == 1)
            Assert.InRange(frame.Length, GrpcFrame.PrefixLength, GrpcFrame.PrefixLength + (length / 2));
        else
            Assert.Equal(GrpcFrame.PrefixLength + length, frame.Length);
    }

    // Bytes from 144 on are those with the longest of the fixed codes (RFC 1951, section 3.2.6): nothing that is compressed grows more.
    // The pool's arrays are powers of two: these lengths are some that leave no more room than was asked for.
    [Theory]
    [InlineData(1024, 0)]
    [InlineData(1763, 144)]
    [InlineData(65_000, 144)]
    [InlineData(116_451, 144)]
    [InlineData(932_010, 144)]
    [InlineData(Large, 0)]
    [InlineData(Large, 144)]
    public void A_message_that_only_grows_by_compression_stays_plain(int length, int least)
    {
        var message = Noise(length, least);
        using var frame = FrameOf(gzip: true, message);
        Assert.Equal(0, frame.WrittenSpan[0]);
        Assert.Equal(message, MessageIn(frame, length));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Segments_are_one_message(bool gzip)
    {
        byte[][] segments = [Words(700), [], Noise(9_000, 0), Words(1), Words(40_000)];
        byte[] message = [.. segments.SelectMany(static s => s)];
        using var frame = FrameOf(gzip, segments);
        Assert.Equal(message, MessageIn(frame, message.Length));
    }

    [Fact]
    public void A_frame_takes_message_after_message()
    {
        using var frame = new PooledBuffer(16);
        foreach (var message in (byte[][])[Words(50_000), Noise(2_000, 144), [], Words(3_000), Words(10)])
        {
            Fill(frame, gzip: true, message);
            Assert.Equal(message, MessageIn(frame, message.Length));
        }
    }

    private static PooledBuffer FrameOf(bool gzip, params byte[][] segments)
    {
        var frame = new PooledBuffer(16);
        Fill(frame, gzip, segments);
        return frame;
    }

    private static void Fill(PooledBuffer frame, bool gzip, params byte[][] segments)
    {
        GrpcFrame.Begin(frame);
        foreach (var segment in segments)
            frame.Write(segment);
        GrpcFrame.Finish(frame, gzip);
    }

    private static byte[] MessageIn(PooledBuffer frame, int limit)
    {
        var body = frame.WrittenMemory[GrpcFrame.PrefixLength..];
        Assert.Equal((uint)body.Length, BinaryPrimitives.ReadUInt32BigEndian(frame.WrittenSpan[1..]));
        if (frame.WrittenSpan[0] == 0)
            return body.ToArray();
        using var into = new PooledBuffer();
        Assert.Equal(GzipOutcome.Whole, GzipMessage.Inflate(body, into, limit));
        return into.WrittenSpan.ToArray();
    }

    private static byte[] Words(int length)
    {
        var words = "a message, "u8;
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[i] = words[i % words.Length];
        return bytes;
    }

    private static byte[] Noise(int length, int least)
    {
        var random = new Random(length);
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
            bytes[i] = (byte)random.Next(least, 256);
        return bytes;
    }
}
