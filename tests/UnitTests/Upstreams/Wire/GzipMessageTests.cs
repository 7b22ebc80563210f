using System.IO.Compression;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Upstreams;
using ProtocolGateway.Upstreams.Grpc;
using ProtocolGateway.Upstreams.Grpc.Http2;
using Xunit;

namespace UnitTests.Upstreams.Wire;

/// <summary>A compressed message is given whole or not at all.</summary>
public sealed class GzipMessageTests
{
    private const int Limit = 100_000;

    [Fact]
    public void A_message_that_is_cut_off_anywhere_is_broken()
    {
        var whole = Zip("a message, a message, and the same message again");
        for (var length = 1; length < whole.Length; length++)
            Assert.Equal(GzipOutcome.Broken, Inflate(whole[..length], out _));
        Assert.Equal(GzipOutcome.Whole, Inflate(whole, out var text));
        Assert.Equal("a message, a message, and the same message again", text);
    }

    [Fact]
    public void A_bit_that_is_flipped_never_changes_the_message()
    {
        const string Message = "a message, a message, and the same message again";
        var whole = Zip(Message);
        // The head's ten bytes hold a time and a system, which nothing checks.
        for (var at = 10; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x10;
            // Bits that only fill the last byte up mean nothing.
            Assert.True(Inflate(damaged, out var text) == GzipOutcome.Broken || text == Message);
        }
    }

    [Fact]
    public void Members_are_one_message_and_the_last_one_must_be_whole_too()
    {
        byte[] two = [.. Zip("one"), .. Zip("two")];
        Assert.Equal(GzipOutcome.Whole, Inflate(two, out var text));
        Assert.Equal("onetwo", text);
        Assert.Equal(GzipOutcome.Broken, Inflate(two[..^1], out _));
        Assert.Equal(GzipOutcome.Broken, Inflate([.. two, 0], out _));
        Assert.Equal(GzipOutcome.Broken, Inflate([.. two, 0x1f, 0x8b], out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8_191)]
    [InlineData(8_192)]
    [InlineData(Limit)]
    public void Every_length_up_to_the_limit_is_whole(int length)
    {
        foreach (var level in (CompressionLevel[])[CompressionLevel.NoCompression, CompressionLevel.Fastest])
        {
            Assert.Equal(GzipOutcome.Whole, Inflate(Zip(new string('x', length), level), out var text));
            Assert.Equal(length, text.Length);
        }
    }

    [Theory]
    [InlineData(Limit + 1)]
    [InlineData(50_000_000)]
    public void A_bomb_stops_at_the_limit(int length)
    {
        var bomb = Zip(new string('x', length));
        using var into = new PooledBuffer(16);
        Assert.Equal(GzipOutcome.TooLarge, GzipMessage.Inflate(bomb, into, Limit));
        Assert.InRange(into.Length, 0, 4 * Limit);
    }

    [Theory]
    [InlineData(Shape.Unary)]
    [InlineData(Shape.ServerStreaming)]
    public async Task A_frame_whose_message_is_cut_off_is_no_success(Shape shape)
    {
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync();
            var id = await peer.RequestAsync();
            await peer.HeadersAsync(id, Http2Frame.EndHeaders, (":status", "200"), ("content-type", "application/grpc"), ("grpc-encoding", "gzip"));
            var zipped = Zip("secret secret secret")[..^8];
            await peer.SendAsync(Http2FrameType.Data, 0, id, [1, 0, 0, 0, (byte)zipped.Length, .. zipped]);
            await peer.TrailersAsync(id);
            await peer.ServeAsync();
        });
        var call = await backend.RunAsync(new RecordingCall("Get", shape) { Single = [] });
        Assert.Equal("BACKEND_PROTOCOL", call.Error!.Reason);
        Assert.Empty(call.Messages);
        Assert.Null((await backend.RunAsync(RecordingCall.Unary("Get"))).Error);
    }

    private static GzipOutcome Inflate(byte[] body, out string text)
    {
        using var into = new PooledBuffer(16);
        var outcome = GzipMessage.Inflate(body, into, Limit);
        text = outcome == GzipOutcome.Whole ? System.Text.Encoding.UTF8.GetString(into.WrittenSpan) : "";
        return outcome;
    }

    private static byte[] Zip(string text, CompressionLevel level = CompressionLevel.Fastest)
    {
        var zipped = new MemoryStream();
        using (var zip = new GZipStream(zipped, level))
            zip.Write(System.Text.Encoding.UTF8.GetBytes(text));
        return zipped.ToArray();
    }
}
