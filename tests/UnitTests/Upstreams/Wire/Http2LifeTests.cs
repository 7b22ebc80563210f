using System.Collections.Concurrent;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Upstreams.Grpc.Http2;
using Xunit;
using static UnitTests.Upstreams.Wire.Http2Peer;

namespace UnitTests.Upstreams.Wire;

/// <summary>Streams and connections that end, by every way but the usual one, and what is repeated then.</summary>
public sealed class Http2LifeTests
{
    [Fact]
    public async Task What_the_protocol_allows_is_passed_over()
    {
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync((0xabc, 1), (1, 0), (6, 10));
            var id = await peer.RequestAsync();
            await peer.SendAsync((Http2FrameType)0x77, 0xff, id, 1, 2, 3);
            await peer.SendAsync(Http2FrameType.Priority, 0, id, new byte[5]);
            await peer.HeadersAsync(id, Http2Frame.EndHeaders, (":status", "100"));
            await peer.HeadersAsync(id, Http2Frame.EndHeaders, (":status", "103"), ("link", "</a>"));
            // Padded, with a priority, and in three pieces.
            var block = Block((":status", "200"), ("content-type", "application/grpc"));
            await peer.SendAsync(Http2FrameType.Headers, Http2Frame.Padded | Http2Frame.HasPriority, id, [2, 0, 0, 0, 0, 0, .. block[..5], 0, 0]);
            await peer.SendAsync(Http2FrameType.Continuation, 0, id, block[5..6]);
            await peer.SendAsync(Http2FrameType.Continuation, Http2Frame.EndHeaders, id, block[6..]);
            await peer.SendAsync(Http2FrameType.Data, Http2Frame.Padded, id, [3, .. ScriptedBackend.Frame("ok"), 0, 0, 0]);
            await peer.SendAsync(Http2FrameType.Data, Http2Frame.Padded, id, 0);
            await peer.TrailersAsync(id);
            // A stream that has ended may still be spoken of.
            await peer.DataAsync(id, "late");
            await peer.SendNumberAsync(Http2FrameType.WindowUpdate, id, 1);
            await peer.SendNumberAsync(Http2FrameType.RstStream, id, 0);
            await peer.HeadersAsync(id, EndBoth, ("late", "too"));
            await peer.ServeAsync();
        });
        for (var i = 0; i < 2; i++)
            Assert.Equal("ok", (await backend.RunAsync(RecordingCall.Unary("Get"))).Text);
        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task The_header_table_is_kept_through_resizes_and_evictions()
    {
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync();
            var id = await peer.RequestAsync();
            byte[] type = [0x40, .. Text("content-type"), .. Text("application/grpc")];
            byte[] x = [0x40, .. Text("x-a"), .. Text("first")];
            await peer.SendAsync(Http2FrameType.Headers, Http2Frame.EndHeaders, id, [0x88, .. type, .. x]);
            await peer.DataAsync(id, "one");
            await peer.TrailersAsync(id);
            id = await peer.RequestAsync();
            // A limit of 40 holds x-a alone (3 + 5 + 32); content-type has gone.
            await peer.SendAsync(Http2FrameType.Headers, Http2Frame.EndHeaders, id, [.. Integer(40, 5, 0x20), .. Integer(4096, 5, 0x20), 0x88, 0x80 | 62, .. type]);
            await peer.DataAsync(id, "two");
            await peer.TrailersAsync(id);
            await peer.ServeAsync();
        });
        await backend.RunAsync(RecordingCall.Unary("Get"));
        var call = await backend.RunAsync(RecordingCall.Unary("Get"));
        Assert.Equal(("two", "first"), (call.Text, call.Head!.Value.Headers.Find("x-a")));
        static byte[] Text(string text) => [(byte)text.Length, .. System.Text.Encoding.ASCII.GetBytes(text)];
    }

    [Theory]
    [InlineData(0u, "BACKEND_LOST")]
    [InlineData(1u, "BACKEND_PROTOCOL")]
    [InlineData(2u, "BACKEND_LOST")]
    [InlineData(3u, "BACKEND_PROTOCOL")]
    [InlineData(4u, "BACKEND_LOST")]
    [InlineData(5u, "BACKEND_PROTOCOL")]
    [InlineData(6u, "BACKEND_PROTOCOL")]
    // Refused after its answer has begun: a promise that cannot be true, so that nothing says it is safe to repeat.
    [InlineData(7u, "BACKEND_LOST")]
    [InlineData(8u, "BACKEND_LOST")]
    [InlineData(9u, "BACKEND_PROTOCOL")]
    [InlineData(10u, "BACKEND_LOST")]
    [InlineData(11u, "BACKEND_LOST")]
    [InlineData(12u, "BACKEND_LOST")]
    [InlineData(13u, "BACKEND_LOST")]
    [InlineData(0xffff_ffffu, "BACKEND_LOST")]
    public async Task A_reset_amid_a_stream_ends_it_after_what_has_come(uint code, string reason)
    {
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync();
            var id = await peer.RequestAsync();
            await peer.HeadAsync(id);
            await peer.DataAsync(id, "one");
            await peer.SendNumberAsync(Http2FrameType.RstStream, id, code);
            await peer.ServeAsync();
        });
        var call = await backend.RunAsync(new RecordingCall("Watch", Shape.ServerStreaming) { Single = [] });
        Assert.Equal(("one", reason), (call.Text, call.Error!.Reason));
        Assert.Null((await backend.RunAsync(RecordingCall.Unary("Get"))).Error);
        Assert.Equal(1, backend.Connections);
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, "BACKEND_UNREACHABLE")]
    public async Task A_refused_stream_is_repeated_exactly_once(int refusals, string? reason)
    {
        var requests = 0;
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync();
            while (true)
            {
                var id = await peer.RequestAsync();
                if (Interlocked.Increment(ref requests) > refusals)
                    await peer.AnswerAsync(id);
                else
                    await peer.SendNumberAsync(Http2FrameType.RstStream, id, (uint)Http2Error.RefusedStream);
            }
        });
        var call = await backend.RunAsync(RecordingCall.Unary("Get"));
        Assert.Equal(reason, call.Error?.Reason);
        Assert.Equal(2, requests);
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, "BACKEND_UNREACHABLE")]
    public async Task A_stream_above_the_last_of_GOAWAY_is_repeated_exactly_once_elsewhere(int goAways, string? reason)
    {
        await using var backend = RawBackend.Grpc(async (peer, number) =>
        {
            await peer.OpenAsync();
            if (number >= goAways)
            {
                await peer.ServeAsync();
                return;
            }

            await peer.RequestAsync();
            await peer.GoAwayAsync(0);
            await peer.ReadAsync();
        });
        var call = await backend.RunAsync(RecordingCall.Unary("Get"));
        Assert.Equal(reason, call.Error?.Reason);
        Assert.Equal(2, backend.Connections);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_large_request_that_is_refused_half_sent_is_repeated_whole(bool goAway)
    {
        // More than a stream's first window takes.
        var message = new string('x', 300_000);
        var (refused, taken) = (0, 0);
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync();
            await peer.SendNumberAsync(Http2FrameType.WindowUpdate, 0, 1_000_000);
            var served = 0;
            while (await peer.ReadAsync() is { } frame)
            {
                if (frame.Type == Http2FrameType.Headers && refused > 0)
                {
                    served = frame.StreamId;
                    await peer.SendNumberAsync(Http2FrameType.WindowUpdate, served, 1_000_000);
                }
                else if (frame.Type == Http2FrameType.Data && refused == 0)
                {
                    refused++;
                    await (goAway ? peer.GoAwayAsync(0) : peer.SendNumberAsync(Http2FrameType.RstStream, frame.StreamId, (uint)Http2Error.RefusedStream));
                }
                else if (frame.Type == Http2FrameType.Data && frame.StreamId == served)
                {
                    taken += frame.Payload.Length;
                    if (frame.Ends)
                        await peer.AnswerAsync(served);
                }
            }
        });
        var call = await backend.RunAsync(RecordingCall.Unary("Get", message));
        Assert.Equal((null, "ok"), (call.Error?.Reason, call.Text));
        Assert.Equal(message.Length + 5, taken);
    }

    [Fact]
    public async Task A_stream_up_to_the_last_of_GOAWAY_ends_where_it_is_and_new_ones_go_elsewhere()
    {
        var gone = new TaskCompletionSource();
        var other = new TaskCompletionSource();
        await using var backend = RawBackend.Grpc(async (peer, number) =>
        {
            await peer.OpenAsync();
            if (number > 0)
            {
                await peer.ServeAsync();
                return;
            }

            var id = await peer.RequestAsync();
            await peer.GoAwayAsync(int.MaxValue);
            await peer.GoAwayAsync(id);
            await peer.SendAsync(Http2FrameType.Ping, 0, 0, new byte[8]);
            await peer.ReadAsync(Http2FrameType.Ping);
            gone.SetResult();
            await other.Task;
            await peer.AnswerAsync(id, "late");
            // Nothing is left to carry: the client closes.
            while (await peer.ReadAsync() is not null)
            {
            }
        });
        var first = backend.RunAsync(RecordingCall.Unary("Get"));
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("ok", (await backend.RunAsync(RecordingCall.Unary("Get"))).Text);
        other.SetResult();
        Assert.Equal("late", (await first).Text);
        Assert.Equal(2, backend.Connections);
    }

    [Fact]
    public async Task A_request_that_is_streamed_is_not_repeated_once_it_has_begun()
    {
        var requests = 0;
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync();
            var id = (await peer.ReadAsync(Http2FrameType.Data)).StreamId;
            Interlocked.Increment(ref requests);
            await peer.SendNumberAsync(Http2FrameType.RstStream, id, (uint)Http2Error.RefusedStream);
            await peer.ReadAsync(Http2FrameType.Data);
            Interlocked.Increment(ref requests);
        });
        var call = new RecordingCall("Put", Shape.ClientStreaming);
        call.Send("one");
        await backend.RunAsync(call);
        Assert.Equal("BACKEND_UNREACHABLE", call.Error!.Reason);
        Assert.Equal(1, requests);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(12)]
    public async Task A_connection_that_dies_amid_a_frame_gives_no_half_message(int kept)
    {
        await using var backend = RawBackend.Grpc(async (peer, number) =>
        {
            await peer.OpenAsync();
            if (number > 0)
            {
                await peer.ServeAsync();
                return;
            }

            var id = await peer.RequestAsync();
            await peer.HeadAsync(id);
            await peer.DataAsync(id, "one");
            await peer.SendBytesAsync(Frame(Http2FrameType.Data, 0, id, ScriptedBackend.Frame("two"))[..kept]);
        });
        var call = await backend.RunAsync(new RecordingCall("Watch", Shape.ServerStreaming) { Single = [] });
        Assert.Equal(("one", "BACKEND_LOST"), (call.Text, call.Error!.Reason));
        Assert.Null((await backend.RunAsync(RecordingCall.Unary("Get"))).Error);
    }

    [Fact]
    public async Task One_stream_at_a_time_is_kept_and_every_call_is_answered()
    {
        const int Calls = 60;
        var open = new ConcurrentDictionary<int, int>();
        await using var backend = RawBackend.Grpc(async (peer, number) =>
        {
            await peer.OpenAsync((3, 1));
            while (await peer.ReadAsync() is { } frame)
            {
                if (frame.Type == Http2FrameType.Headers)
                    Assert.Equal(1, open.AddOrUpdate(number, 1, (_, n) => n + 1));
                if (!frame.Ends)
                    continue;
                await Task.Yield();
                open[number] = 0;
                await peer.AnswerAsync(frame.StreamId);
            }
        });
        var calls = Enumerable.Range(0, Calls).Select(_ => backend.RunAsync(RecordingCall.Unary("Get"))).ToArray();
        Assert.All(await Task.WhenAll(calls), c => Assert.Equal((null, "ok"), (c.Error?.Reason, c.Text)));
    }

    [Fact]
    public async Task A_burst_on_a_new_backend_makes_one_connection()
    {
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync();
            await peer.ServeAsync();
        });
        var calls = Enumerable.Range(0, 50).Select(_ => backend.RunAsync(RecordingCall.Unary("Get"))).ToArray();
        Assert.All(await Task.WhenAll(calls), c => Assert.Null(c.Error));
        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task Many_calls_that_are_cancelled_reset_their_streams_and_no_others()
    {
        const int Calls = 200;
        using var hangUp = new CancellationTokenSource();
        var reached = new TaskCompletionSource();
        var resets = new TaskCompletionSource();
        await using var backend = RawBackend.Grpc(async (peer, _) =>
        {
            await peer.OpenAsync((3, 1000));
            for (var i = 0; i < Calls; i++)
                await peer.RequestAsync();
            reached.SetResult();
            var reset = new HashSet<int>();
            while (reset.Count < Calls)
                Assert.True(reset.Add((await peer.ReadAsync(Http2FrameType.RstStream)).StreamId));
            // Answers that were on their way.
            foreach (var id in reset)
                await peer.AnswerAsync(id);
            resets.SetResult();
            await peer.ServeAsync();
        });
        var calls = Enumerable.Range(0, Calls).Select(_ => backend.RunAsync(new RecordingCall("Get") { Single = [], Cancelled = hangUp.Token })).ToArray();
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await hangUp.CancelAsync();
        Assert.All(await Task.WhenAll(calls), c => Assert.Equal("CALLER_GONE", c.Error!.Reason));
        await resets.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("ok", (await backend.RunAsync(RecordingCall.Unary("Get"))).Text);
        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task A_peer_that_goes_away_before_it_is_ready_is_unreachable()
    {
        await using var backend = RawBackend.Grpc((peer, _) => peer.GoAwayAsync(0));
        Assert.Equal("BACKEND_UNREACHABLE", (await backend.RunAsync(RecordingCall.Unary("Get"))).Error!.Reason);
    }
}
