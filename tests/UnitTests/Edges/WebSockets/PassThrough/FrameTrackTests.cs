using ProtocolGateway.Edges.WebSockets.PassThrough;
using Xunit;

namespace UnitTests.Edges.WebSockets.PassThrough;

public sealed class FrameTrackTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(1_000_000)]
    public void Frames_of_every_length_end_where_they_end_in_whatever_pieces_they_come(int piece)
    {
        byte[][] frames =
        [
            RawSocket.Frame(RawSocket.Text, [], masked: false),
            RawSocket.Frame(RawSocket.Text, [], masked: true),
            RawSocket.Frame(RawSocket.Binary, new byte[125], final: false),
            RawSocket.Frame(RawSocket.Continuation, new byte[126], masked: false),
            RawSocket.Frame(RawSocket.Ping, [1, 2, 3]),
            RawSocket.Frame(RawSocket.Binary, new byte[65_535]),
            RawSocket.Frame(RawSocket.Binary, new byte[65_536], masked: false),
        ];
        var bytes = frames.SelectMany(static f => f).ToArray();
        var ends = new HashSet<int>();
        for (var (i, end) = (0, 0); i < frames.Length; i++)
            ends.Add(end += frames[i].Length);

        var track = new FrameTrack();
        for (var at = 0; at < bytes.Length; at += piece)
        {
            var some = bytes.AsSpan(at, Math.Min(piece, bytes.Length - at));
            Assert.Equal(some.Length, track.Pass(some, untilClose: true));
            Assert.Equal(ends.Contains(at + some.Length), track.IsBetween);
        }

        Assert.True(track.IsBetween);
        Assert.False(track.HasClosed);
    }

    [Fact]
    public void A_close_frame_is_seen_and_does_not_pass_where_it_must_not()
    {
        byte[] bytes = [.. RawSocket.Frame(RawSocket.Text, [1, 2]), .. RawSocket.Frame(RawSocket.Close, [3, 232])];
        var track = new FrameTrack();
        Assert.Equal(8, track.Pass(bytes, untilClose: true));
        Assert.True(track is { IsBetween: true, HasClosed: false });
        Assert.Equal(bytes.Length - 8, track.Pass(bytes.AsSpan(8), untilClose: false));
        Assert.True(track is { IsBetween: true, HasClosed: true });
    }

    [Fact]
    public void A_length_that_no_frame_has_never_ends()
    {
        var track = new FrameTrack();
        Assert.Equal(10, track.Pass([0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255], untilClose: false));
        Assert.Equal(1000, track.Pass(new byte[1000], untilClose: true));
        Assert.False(track.IsBetween);
    }
}
