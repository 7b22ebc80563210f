using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Upstreams.Grpc.Http2;
using Xunit;
using static UnitTests.Upstreams.Wire.Http2Peer;

namespace UnitTests.Upstreams.Wire;

/// <summary>Windows and floods: what is sent stays within the peer's windows, what is held stays within ours.</summary>
public sealed class Http2FlowTests
{
    private const int DefaultWindow = 65_535;

    [Fact]
    public async Task A_window_that_shrinks_below_zero_mid_stream_is_kept()
    {
        const int Length = 200_000;
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync();
            var id = (await peer.ReadAsync(Http2FrameType.Headers)).StreamId;
            await peer.SendNumberAsync(Http2FrameType.WindowUpdate, 0, 1_000_000);
            Assert.Equal(DefaultWindow, await DataAsync(peer, DefaultWindow));
            // From 0 to -65,435; the first update brings it to -35,435 and must not bring anything out.
            await peer.SettingsAsync((4, 100));
            await peer.SendNumberAsync(Http2FrameType.WindowUpdate, id, 30_000);
            await peer.SendAsync(Http2FrameType.Ping, 0, 0, new byte[8]);
            Assert.Equal(0, await DataUntilPongAsync(peer));
            await peer.SendNumberAsync(Http2FrameType.WindowUpdate, id, 35_436);
            Assert.Equal(1, await DataAsync(peer, 1));
            await peer.SettingsAsync((4, Length));
            Assert.Equal(Length + 5 - DefaultWindow - 1, await DataAsync(peer, Length + 5 - DefaultWindow - 1));
            await peer.AnswerAsync(id);
        });
        Assert.Null((await backend.RunAsync(RecordingCall.Unary("Put", new string('x', Length)))).Error);
    }

    [Fact]
    public async Task The_connections_window_holds_all_streams_together()
    {
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync((4, 1_000_000));
            Assert.Equal(DefaultWindow, await DataAsync(peer, DefaultWindow));
            await peer.SendAsync(Http2FrameType.Ping, 0, 0, new byte[8]);
            Assert.Equal(0, await DataUntilPongAsync(peer));
            await peer.SendNumberAsync(Http2FrameType.WindowUpdate, 0, 1_000_000);
            Assert.Equal((3 * 50_005) - DefaultWindow, await DataAsync(peer, (3 * 50_005) - DefaultWindow));
            foreach (var id in (int[])[1, 3, 5])
                await peer.AnswerAsync(id);
            await peer.ServeAsync();
        });
        var calls = Enumerable.Range(0, 3).Select(_ => backend.RunAsync(RecordingCall.Unary("Put", new string('x', 50_000)))).ToArray();
        Assert.All(await Task.WhenAll(calls), c => Assert.Null(c.Error));
    }

    [Fact]
    public async Task A_slow_reader_holds_its_backend_back_and_gets_everything()
    {
        const int Messages = 200;
        var taken = new SemaphoreSlim(0);
        var stalled = new TaskCompletionSource<int>();
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync();
            var id = await peer.RequestAsync();
            await peer.HeadAsync(id);
            long window = Http2Connection.StreamWindow;
            var message = new string('x', 16_000);
            for (var sent = 0; sent < Messages; sent++)
            {
                var next = ScriptedBackend.Frame(message);
                if (window < next.Length)
                    stalled.TrySetResult(sent * next.Length);
                while (window < next.Length)
                {
                    var update = await peer.ReadAsync(Http2FrameType.WindowUpdate);
                    window += update.StreamId == id ? update.Number() : 0;
                }

                await peer.SendAsync(Http2FrameType.Data, 0, id, next);
                window -= next.Length;
            }

            await peer.TrailersAsync(id);
            await peer.ServeAsync();
        });
        var call = new RecordingCall("Watch", Shape.ServerStreaming) { Single = [], OnMessage = async () => await taken.WaitAsync() };
        var run = backend.RunAsync(call);
        // Two windows: what is taken out at once, and what comes behind it.
        Assert.InRange(await stalled.Task.WaitAsync(TimeSpan.FromSeconds(20)), 1, 2 * Http2Connection.StreamWindow);
        taken.Release(Messages);
        await run;
        Assert.Null(call.Error);
        Assert.Equal(Messages, call.Messages.Count);
    }

    [Fact]
    public async Task More_than_the_window_ends_the_stream()
    {
        var taken = new SemaphoreSlim(0);
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync();
            var id = await peer.RequestAsync();
            await peer.HeadAsync(id);
            await peer.DataAsync(id, "first");
            for (var i = 0; i < 60; i++)
                await peer.SendAsync(Http2FrameType.Data, 0, id, ScriptedBackend.Frame(new string('x', 16_000)));
            Assert.Equal(id, (await peer.ReadAsync(Http2FrameType.RstStream)).StreamId);
            taken.Release(1000);
            await peer.ServeAsync();
        });
        var call = new RecordingCall("Watch", Shape.ServerStreaming) { Single = [], OnMessage = async () => await taken.WaitAsync() };
        await backend.RunAsync(call);
        Assert.Equal("BACKEND_PROTOCOL", call.Error!.Reason);
        Assert.Null((await backend.RunAsync(RecordingCall.Unary("Get"))).Error);
        Assert.Equal(1, backend.Connections);
    }

    [Theory]
    [InlineData("Ping")]
    [InlineData("Settings")]
    public async Task A_peer_that_makes_us_answer_and_never_reads_is_cut_off(string name)
    {
        var type = Enum.Parse<Http2FrameType>(name);
        var cut = new TaskCompletionSource<bool>();
        await using var backend = RawBackend.Grpc(async (peer, number) =>
        {
            await peer.OpenAsync();
            if (number > 0)
            {
                await peer.ServeAsync();
                return;
            }

            await peer.RequestAsync();
            var one = Frame(type, 0, 0, type == Http2FrameType.Ping ? new byte[8] : []);
            var many = Enumerable.Repeat(one, 100_000).SelectMany(b => b).ToArray();
            try
            {
                // Far more answers than the sockets and our own bound hold.
                for (var i = 0; i < 50; i++)
                    await peer.SendBytesAsync(many);
                cut.SetResult(false);
            }
            catch (IOException)
            {
                cut.SetResult(true);
            }
        });
        var call = await backend.RunAsync(RecordingCall.Unary("Get"));
        Assert.Equal("BACKEND_PROTOCOL", call.Error!.Reason);
        Assert.True(await cut.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Null((await backend.RunAsync(RecordingCall.Unary("Get"))).Error);
    }

    [Fact]
    public async Task A_peer_that_breaks_the_rules_and_never_reads_is_cut_off_too()
    {
        var cut = new TaskCompletionSource();
        await using var backend = RawBackend.Grpc(async (peer, number) =>
        {
            await peer.OpenAsync((4, 100_000_000));
            if (number > 0)
            {
                await peer.ServeAsync();
                return;
            }

            // What the client sends fills the sockets, so that its GOAWAY can never leave.
            await peer.SendNumberAsync(Http2FrameType.WindowUpdate, 0, 100_000_000);
            await peer.ReadAsync(Http2FrameType.Data);
            await peer.SendAsync(Http2FrameType.Data, 0, 0, 1);
            var nothing = Frame(Http2FrameType.Priority, 0, 0, new byte[5]);
            var many = Enumerable.Repeat(nothing, 10_000).SelectMany(b => b).ToArray();
            try
            {
                while (true)
                    await peer.SendBytesAsync(many);
            }
            catch (IOException)
            {
                cut.SetResult();
            }
        });
        var call = await backend.RunAsync(new RecordingCall("Put") { Single = new byte[15_000_000] });
        Assert.Equal("BACKEND_PROTOCOL", call.Error!.Reason);
        await cut.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Null((await backend.RunAsync(RecordingCall.Unary("Get"))).Error);
    }

    // Reads DATA until so many bytes have come.
    private static async Task<int> DataAsync(Http2Peer peer, int most)
    {
        var count = 0;
        while (count < most)
            count += (await peer.ReadAsync(Http2FrameType.Data)).Payload.Length;
        return count;
    }

    private static async Task<int> DataUntilPongAsync(Http2Peer peer)
    {
        var count = 0;
        while (await peer.ReadAsync() is { } frame)
        {
            if (frame.Type == Http2FrameType.Ping)
                return count;
            count += frame.Type == Http2FrameType.Data ? frame.Payload.Length : 0;
        }

        throw new EndOfStreamException();
    }
}
