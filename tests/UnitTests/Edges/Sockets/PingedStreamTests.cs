using System.Text;
using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Edges;
using ProtocolGateway.Edges.Sockets;
using Xunit;

namespace UnitTests.Edges.Sockets;

/// <summary>The frames of a WebSocket leave together where their messages come together.</summary>
public sealed class PingedStreamTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SocketPinger _pinger;

    public PingedStreamTests() => _pinger = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15), _time);

    public void Dispose() => _pinger.Dispose();

    [Fact]
    public async Task Frames_of_messages_that_come_together_leave_with_the_last()
    {
        await using var stream = Open();
        stream.HoldsBack = true;
        await stream.WriteAsync(Frame("a"));
        await stream.WriteAsync(Frame("b"));
        Assert.Empty(stream.Sent);
        stream.HoldsBack = false;
        await stream.WriteAsync(Frame("c"));
        await stream.WriteAsync(Frame("d"));
        Assert.Equal([Text("a") + Text("b") + Text("c"), Text("d")], stream.Sent);
    }

    [Fact]
    public async Task A_close_frame_waits_for_no_message_and_leaves_after_what_was_held_back()
    {
        await using var stream = Open();
        stream.HoldsBack = true;
        await stream.WriteAsync(Frame("a"));
        await stream.WriteAsync(new byte[] { 0x88, 0 });
        Assert.Equal([Text("a") + "\u0088\0"], stream.Sent);
    }

    [Fact]
    public async Task Much_is_not_held_back()
    {
        await using var stream = Open();
        stream.HoldsBack = true;
        var half = new string('x', ClientAnswer.MostHeldBack / 2);
        await stream.WriteAsync(Frame(half));
        await stream.WriteAsync(Frame(half));
        Assert.Equal([Text(half) + Text(half)], stream.Sent);
    }

    [Fact]
    public async Task A_ping_leaves_nothing_behind_what_is_held_back()
    {
        await using var stream = Open();
        stream.HoldsBack = true;
        await stream.WriteAsync(Frame("a"));
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.True(stream.IsDue());
        stream.PingOrCutOff();
        Assert.Equal(["\u0089\0"], stream.Sent);
        stream.HoldsBack = false;
        await stream.WriteAsync(Frame("b"));
        Assert.Equal(["\u0089\0", Text("a") + Text("b")], stream.Sent);
    }

    [Fact]
    public async Task Thousands_are_not_asked_at_one_moment()
    {
        var streams = Enumerable.Range(0, 150).Select(_ => Open()).ToList();
        streams.ForEach(_pinger.Add);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.InRange(streams.Count(static s => s.Sent.Count == 1), 1, 149);
        while (streams.Any(static s => s.Sent.Count == 0))
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
            _time.Advance(TimeSpan.FromMilliseconds(5));
        }

        Assert.All(streams, static s => Assert.Equal(["\u0089\0"], s.Sent));
    }

    private Recorded Open() => new(_pinger);

    private static byte[] Frame(string text) => [0x81, (byte)text.Length, .. Encoding.Latin1.GetBytes(text)];

    private static string Text(string text) => Encoding.Latin1.GetString(Frame(text));

    private sealed class Recorded(SocketPinger pinger) : PingedStream(pinger)
    {
        public List<string> Sent { get; } = [];

        public override CancellationToken Lost => CancellationToken.None;

        public override void Abort() => Assert.Fail("Nobody is to be cut off.");

        protected override ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            Sent.Add(Encoding.Latin1.GetString(bytes.Span));
            return default;
        }
    }
}
