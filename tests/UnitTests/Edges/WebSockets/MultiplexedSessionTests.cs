using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Edges.WebSockets;
using ProtocolGateway.Envelope.Buffers;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>The multiplexed socket in what the matrix does not show: order, bounds, and ends.</summary>
public sealed class MultiplexedSessionTests
{
    private readonly Scripts _scripts = new();

    [Fact]
    public async Task A_deadline_holds_though_the_client_grants_nothing()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        using var socket = (await host.HelloAsync()).Socket;
        await socket.SendAsync("""{"type":"open","id":1,"operation":"t.Notes/Watch","message":{"text":"9"},"credit":1,"timeout":"200ms"}""");
        Assert.Equal("""{"type":"message","id":1,"message":{"text":"1"}}""", await socket.ReceiveAsync());
        Assert.Contains("\"code\":\"DEADLINE_EXCEEDED\"", await socket.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_after_the_end_fails_its_call_alone()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        using var socket = (await host.HelloAsync()).Socket;
        await socket.SendAsync("""{"type":"open","id":1,"operation":"t.Notes/Chat","message":{"text":"stall"}}""");
        await SocketHost.UntilAsync(() => _scripts.Stalled == 1);
        await socket.SendAsync("""{"type":"end","id":1}""");
        await socket.SendAsync("""{"type":"message","id":1,"message":{"text":"late"}}""");
        await socket.SendAsync("""{"type":"open","id":2,"operation":"t.Notes/Get","message":{"text":"well"}}""");
        Assert.Equal("""{"type":"complete","id":2,"message":{"text":"well"}}""", await socket.ReceiveAsync());
        _scripts.Gate.SetResult();
        Assert.Equal("""{"type":"message","id":1,"message":{"text":"stall"}}""", await socket.ReceiveAsync());
        Assert.Contains("after the end", await socket.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_calls_than_allowed_are_refused_and_a_cancelled_one_counts_until_it_has_ended()
    {
        var gate = new TaskCompletionSource();
        await using var host = await SocketHost.StartAsync(
            async call =>
            {
                // A backend that does not hear of the cancellation.
                await gate.Task;
                await call.OnEndAsync(null, null);
            },
            new() { MaxCalls = 3 });
        using var socket = (await host.HelloAsync()).Socket;
        for (var id = 1; id <= 3; id++)
        {
            await socket.SendAsync($$$"""{"type":"open","id":{{{id}}},"operation":"t.Notes/Get","message":{}}""");
            await socket.SendAsync($$$"""{"type":"cancel","id":{{{id}}}}""");
        }

        for (var id = 4; id <= 200; id++)
        {
            await socket.SendAsync($$$"""{"type":"open","id":{{{id}}},"operation":"t.Notes/Get","message":{}}""");
            var error = await socket.ReceiveAsync();
            Assert.Contains($"\"id\":{id},\"code\":\"RESOURCE_EXHAUSTED\",\"reason\":\"TOO_MANY_CALLS\"", error, StringComparison.Ordinal);
        }

        gate.SetResult();
    }

    [Theory]
    [InlineData("""{"type":"cancel","id":ID}""")]
    [InlineData("""{"type":"message","id":ID,"message":{"text":{}}}""")]
    public async Task A_client_that_gives_up_calls_without_end_is_read_from_only_at_its_pace(string give)
    {
        var time = new FakeTimeProvider();
        int begun = 0, running = 0;
        await using var host = await SocketHost.StartAsync(
            async call =>
            {
                Interlocked.Increment(ref begun);
                Interlocked.Increment(ref running);
                try
                {
                    using var into = new PooledBuffer();
                    while (true)
                        await call.ReadMessageAsync(into, call.Cancelled);
                }
                catch (Exception e) when (e is OperationCanceledException or GatewayCallException)
                {
                    await call.OnEndAsync((e as GatewayCallException)?.Error ?? GatewayErrors.CallerGone(), null);
                    Interlocked.Decrement(ref running);
                }
            },
            new() { MaxCalls = 10 },
            time);
        using var socket = (await host.HelloAsync()).Socket;
        for (var id = 1; id <= 20; id++)
        {
            await socket.SendAsync($$$"""{"type":"open","id":{{{id}}},"operation":"t.Notes/Chat"}""");
            await socket.SendAsync(give.Replace("ID", id.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
            if (id > 11)
                continue;
            await SocketHost.UntilAsync(() => begun == id && running == 0);
            // What has ended is counted at once, but not in the same moment.
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        // What a second allows, the one that was the first too many, and one whose frame was waited for when that ended.
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.InRange(begun, 11, 12);
        await SocketHost.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(101));
            return begun == 20;
        });
    }

    [Fact]
    public async Task A_fast_sender_before_a_stalled_service_is_stopped_and_an_innocent_call_is_not_touched()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        using var socket = (await host.HelloAsync()).Socket;
        await socket.SendAsync("""{"type":"open","id":1,"operation":"t.Notes/Chat"}""");
        await socket.SendAsync("""{"type":"open","id":2,"operation":"t.Notes/Chat","message":{"text":"stall"}}""");
        await SocketHost.UntilAsync(() => _scripts.Stalled == 1);
        for (var i = 0; i < 1000; i++)
            await socket.SendAsync("""{"type":"message","id":2,"message":{"text":"more"}}""");
        await socket.SendAsync("""{"type":"message","id":1,"message":{"text":"innocent"}}""");
        Assert.Equal("""{"type":"message","id":1,"message":{"text":"innocent"}}""", await socket.ReceiveAsync());
        _scripts.Gate.SetResult();
        var frames = new List<string>();
        while (frames.Count == 0 || !frames[^1].Contains("error", StringComparison.Ordinal))
            frames.Add(await socket.ReceiveAsync());
        Assert.Contains("\"reason\":\"NO_CREDIT\"", frames[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_that_no_service_answers_are_bounded_in_bytes()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, new() { MaxRequestBytes = 10_000 });
        using var socket = (await host.HelloAsync()).Socket;
        var text = new string('x', 9000);
        for (var id = 1; id <= 5; id++)
            await socket.SendAsync($$$"""{"type":"open","id":{{{id}}},"operation":"t.Notes/Create","message":{"text":"{{{text}}}"}}""");
        Assert.Contains("\"id\":5,\"code\":\"RESOURCE_EXHAUSTED\",\"reason\":\"NO_CREDIT\"", await socket.ReceiveAsync(), StringComparison.Ordinal);
        await socket.SendAsync("""{"type":"cancel","id":1}""");
        await SocketHost.UntilAsync(() => _scripts.Running == 3);
        await socket.SendAsync("""{"type":"open","id":6,"operation":"t.Notes/Get","message":{"text":"now"}}""");
        Assert.Contains("now", await socket.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_closes_while_a_call_sends_to_it_ends_the_call_though_it_reads_nothing()
    {
        var scripts = new Scripts { Size = 100 };
        await using var host = await SocketHost.StartAsync(scripts.HandleAsync);
        await using var raw = await host.OpenRawAsync();
        await raw.SendAsync("""{"type":"hello"}""");
        for (var id = 1; id <= 3; id++)
            await raw.SendAsync($$$"""{"type":"open","id":{{{id}}},"operation":"t.Notes/Watch","message":{"text":"100000000"},"credit":4000000000}""");
        await SocketHost.UntilAsync(() => scripts.Running == 3);
        // Until nothing more fits into the connection.
        for (var before = -1; scripts.Sent != before;)
        {
            before = scripts.Sent;
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        await raw.SendAsync(RawSocket.Frame(RawSocket.Close, [3, 232]));
        await SocketHost.UntilAsync(() => scripts.Running == 0 && host.Edge.SessionCount == 0);
    }

    [Fact]
    public async Task A_client_that_reads_nothing_is_cut_off_by_the_keep_alive()
    {
        var scripts = new Scripts { Size = 100 };
        await using var host = await SocketHost.StartAsync(scripts.HandleAsync, new() { KeepAlive = TimeSpan.FromMilliseconds(500), KeepAliveTimeout = TimeSpan.FromMilliseconds(500) });
        await using var raw = await host.OpenRawAsync();
        await raw.SendAsync("""{"type":"hello"}""");
        await raw.SendAsync("""{"type":"open","id":1,"operation":"t.Notes/Watch","message":{"text":"100000000"},"credit":4000000000}""");
        await SocketHost.UntilAsync(() => scripts.Running == 1);
        await SocketHost.UntilAsync(() => scripts.Running == 0 && host.Edge.SessionCount == 0);
    }

    [Theory]
    [InlineData("/ws")]
    [InlineData("/ws/t.Notes/Chat")]
    public async Task A_client_whose_service_takes_nothing_stays_while_it_answers_pings(string path)
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, new() { KeepAlive = TimeSpan.FromMilliseconds(500), KeepAliveTimeout = TimeSpan.FromMilliseconds(1500), RequestCredit = 4 });
        using var socket = await host.ConnectAsync(path);
        if (path == "/ws")
        {
            await socket.SendAsync("""{"type":"hello"}""");
            await socket.ReceiveAsync();
            await socket.SendAsync("""{"type":"open","id":1,"operation":"t.Notes/Chat","message":{"text":"stall"}}""");
        }
        else
        {
            for (var i = 0; i < 10; i++)
                await socket.SendAsync("""{"text":"stall"}""");
        }

        var receiving = socket.ReceiveAsync();
        await Task.Delay(4000, TestContext.Current.CancellationToken);
        Assert.False(receiving.IsCompleted, receiving.IsCompleted ? await receiving : "");
        _scripts.Gate.SetResult();
        Assert.Contains("stall", await receiving, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guard_that_fails_closes_the_socket_and_leaves_nothing_behind()
    {
        var asked = 0;
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, check: _ => asked++ == 0 ? default : throw new InvalidOperationException("guard"));
        host.Log.Expect("a WebSocket");
        using var socket = (await host.HelloAsync("""{"type":"hello","resumable":true}""")).Socket;
        await socket.SendAsync("""{"type":"refresh","metadata":{}}""");
        Assert.Equal("closed 1011 The gateway failed", await socket.ReceiveAsync());
        await SocketHost.UntilAsync(() => host.Edge.SessionCount == 0);
    }
}
