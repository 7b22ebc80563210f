using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Upstreams;
using ProtocolGateway.Upstreams.Grpc.Http2;
using Xunit;

namespace UnitTests.Upstreams.Wire;

/// <summary>Backends that keep their connection and say nothing on it, read nothing from it, or allow nothing on it.</summary>
public sealed class Http2LivenessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_peer_that_does_not_even_answer_PING_is_left_for_a_new_connection()
    {
        var time = new FakeTimeProvider();
        var asked = new SemaphoreSlim(0);
        var requests = new SemaphoreSlim(0);
        await using var backend = RawBackend.Grpc(async (peer, number) =>
        {
            await peer.OpenAsync();
            if (number > 0)
                await peer.ServeAsync();
            while (await peer.ReadAsync() is { } frame)
            {
                if (frame.Ends)
                    requests.Release();
                else if (frame.Type == Http2FrameType.Ping)
                    asked.Release();
            }
        });
        await using var upstreams = ScriptedBackend.CreateUpstreams(backend.Address, UpstreamProtocol.Grpc, time: time);
        var stream = new RecordingCall("Watch", Shape.ServerStreaming) { Single = [] };
        var streaming = upstreams.DispatchAsync(stream).AsTask();
        await WaitAsync(requests);
        await GiveUpAsync(upstreams, requests);
        await WaitAsync(asked);
        time.Advance(Http2Liveness.Patience);

        await streaming.WaitAsync(Patience);
        Assert.Equal("BACKEND_LOST", stream.Error!.Reason);
        var next = RecordingCall.Unary("Get");
        await upstreams.DispatchAsync(next).AsTask().WaitAsync(Patience);
        Assert.Equal("ok", next.Text);
        Assert.Equal(2, backend.Connections);
    }

    [Fact]
    public async Task A_peer_that_answers_keeps_its_connection_and_is_asked_once_until_it_sends_an_answer()
    {
        var time = new FakeTimeProvider();
        var pings = 0;
        var acknowledged = new SemaphoreSlim(0);
        var requests = new SemaphoreSlim(0);
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync();
            while (await peer.ReadAsync() is { } frame)
            {
                if (frame.Type == Http2FrameType.Ping)
                {
                    pings++;
                    await peer.SendAsync(Http2FrameType.Ping, Http2Frame.Ack, 0, frame.Payload);
                    acknowledged.Release();
                }
                else if (frame.Ends && frame.StreamId is 7 or 11 or 13)
                {
                    await peer.AnswerAsync(frame.StreamId);
                }
                else if (frame.Ends)
                {
                    requests.Release();
                }
            }
        });
        await using var upstreams = ScriptedBackend.CreateUpstreams(backend.Address, UpstreamProtocol.Grpc, time: time);
        await GiveUpAsync(upstreams, requests);
        await WaitAsync(acknowledged);
        await GiveUpAsync(upstreams, requests);
        await GiveUpAsync(upstreams, requests);
        Assert.Equal("ok", await GetAsync(upstreams));
        time.Advance(Http2Liveness.Patience);
        Assert.Equal(1, pings);

        await GiveUpAsync(upstreams, requests);
        await WaitAsync(acknowledged);
        // The answer shows that the acknowledgement before it has been read.
        Assert.Equal("ok", await GetAsync(upstreams));
        time.Advance(Http2Liveness.Patience);
        Assert.Equal("ok", await GetAsync(upstreams));
        Assert.Equal((2, 1), (pings, backend.Connections));
    }

    [Fact]
    public async Task Calls_that_are_given_up_keep_their_places_until_the_peer_has_shown_that_it_read_so_far_or_a_second_has_passed()
    {
        var time = new FakeTimeProvider();
        var requests = new SemaphoreSlim(0);
        await using var backend = RawBackend.Grpc(async (peer, number) =>
        {
            await peer.OpenAsync((3, 2));
            if (number > 0)
                await peer.ServeAsync();
            while (await peer.ReadAsync() is { } frame)
            {
                if (frame.Ends && frame.StreamId is 3 or 7 or 13)
                    await peer.AnswerAsync(frame.StreamId);
                else if (frame.Ends)
                    requests.Release();
            }
        });
        await using var upstreams = ScriptedBackend.CreateUpstreams(backend.Address, UpstreamProtocol.Grpc, time: time);
        // Each answer is a sign: two places are enough for any number.
        await GiveUpAsync(upstreams, requests);
        Assert.Equal("ok", await GetAsync(upstreams));
        await GiveUpAsync(upstreams, requests);
        Assert.Equal("ok", await GetAsync(upstreams));
        // No sign, but time.
        await GiveUpAsync(upstreams, requests);
        await GiveUpAsync(upstreams, requests);
        time.Advance(Http2Resets.Patience);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.Equal("ok", await GetAsync(upstreams));
        Assert.Equal(1, backend.Connections);
        // Neither: the calls of others go elsewhere.
        await GiveUpAsync(upstreams, requests);
        await GiveUpAsync(upstreams, requests);
        Assert.Equal("ok", await GetAsync(upstreams));
        Assert.Equal(2, backend.Connections);
    }

    [Fact]
    public async Task What_waits_for_a_peer_that_never_reads_is_bounded_as_further_calls_go_elsewhere()
    {
        const int Calls = 800;
        var over = new TaskCompletionSource();
        await using var backend = RawBackend.Grpc(async (peer, number) =>
        {
            await peer.OpenAsync();
            if (number > 0)
                await peer.ServeAsync();
            await over.Task;
        });
        using var hangUp = new CancellationTokenSource();
        var calls = Enumerable.Range(0, Calls).Select(_ =>
        {
            var call = new RecordingCall("Get") { Single = [], Cancelled = hangUp.Token };
            Assert.True(call.Headers.TryAdd("x-large", new string('x', 16 * 1024)));
            return backend.RunAsync(call);
        }).ToArray();
        Assert.Equal("ok", (await await Task.WhenAny(calls)).Text);
        await hangUp.CancelAsync();
        await Task.WhenAll(calls);
        over.SetResult();
    }

    [Fact]
    public async Task A_peer_that_allows_no_streams_is_unreachable()
    {
        await using var backend = RawBackend.Grpc(
            async (peer, _) =>
            {
                await peer.OpenAsync((3, 0));
                await peer.ServeAsync();
            },
            new UpstreamOptions { ConnectTimeout = TimeSpan.FromSeconds(1) });
        // A stream, which has no deadline.
        var call = await backend.RunAsync(new RecordingCall("Watch", Shape.ServerStreaming) { Single = [] });
        Assert.Equal("BACKEND_UNREACHABLE", call.Error!.Reason);
    }

    private static async Task GiveUpAsync(UpstreamSet upstreams, SemaphoreSlim requests)
    {
        using var hangUp = new CancellationTokenSource();
        var call = upstreams.DispatchAsync(new RecordingCall("Get") { Single = [], Cancelled = hangUp.Token }).AsTask();
        await WaitAsync(requests);
        await hangUp.CancelAsync();
        await call.WaitAsync(Patience);
    }

    private static async Task<string> GetAsync(UpstreamSet upstreams)
    {
        var call = RecordingCall.Unary("Get");
        await upstreams.DispatchAsync(call).AsTask().WaitAsync(Patience);
        return call.Text;
    }

    private static async Task WaitAsync(SemaphoreSlim semaphore) => Assert.True(await semaphore.WaitAsync(Patience));
}
