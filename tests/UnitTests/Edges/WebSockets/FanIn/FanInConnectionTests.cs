using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Edges.WebSockets;
using ProtocolGateway.Edges.WebSockets.FanIn;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.FanIn.V1;
using UnitTests.Edges.GraphQL.Transports;
using Xunit;

namespace UnitTests.Edges.WebSockets.FanIn;

/// <summary>The gateway's side of connections.proto, against a service that does what the test says.</summary>
public sealed class FanInConnectionTests
{
    private static readonly GatewayError _lost = GatewayErrors.BackendLost("chat", "a test");

    private readonly ScriptedService _service = new();

    [Fact]
    public async Task Unacknowledged_messages_wait_for_credit_and_are_sent_again_on_the_next_stream()
    {
        await using var host = await StartAsync();
        var (socket, stream, connect) = await OpenAsync(host, new Accept { Credit = 2, State = ByteString.CopyFromUtf8("mine") });
        Assert.False(connect.Resumed);
        foreach (var text in (string[])["one", "two", "three"])
            await socket.SendAsync(text);
        Assert.Equal((1ul, "one"), Said(await stream.NextAsync()));
        Assert.Equal((2ul, "two"), Said(await stream.NextAsync()));
        await stream.ExpectNothingAsync();
        host.Log.Expect("A stream of /chat is lost");
        stream.End(_lost);

        var next = await _service.NextStreamAsync();
        var again = (await next.NextAsync()).Connect;
        Assert.Equal((true, connect.Id, "mine"), (again.Resumed, again.Id, again.State.ToStringUtf8()));
        await next.SendAsync(new ServiceEvent { Connection = 1, Accept = new() { Received = 1, Credit = 2 } });
        Assert.Equal((2ul, "two"), Said(await next.NextAsync()));
        Assert.Equal((3ul, "three"), Said(await next.NextAsync()));
        socket.Dispose();
    }

    [Fact]
    public async Task A_client_that_comes_while_all_are_told_to_go_is_told_too()
    {
        SocketHost? host = null;
        // Between the look at whether the gateway goes and the moment at which the client is among those that are told.
        await using var started = host = await StartAsync(check: _ =>
        {
            host!.Stop();
            return default;
        });
        using var socket = await host.ConnectAsync("/chat", null);
        Assert.StartsWith("closed 1001", await socket.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_service_says_twice_is_passed_over_and_the_next_stream_knows_what_came()
    {
        await using var host = await StartAsync();
        var (socket, stream, _) = await OpenAsync(host);
        await stream.SendAsync(Message(1, "one"), Message(1, "one"), Message(2, "two", "room", 7), Message(1, "one"));
        await socket.ExpectAsync("one", "two");
        host.Log.Expect("A stream of /chat is lost");
        stream.End(_lost);
        var next = await _service.NextStreamAsync();
        var again = (await next.NextAsync()).Connect;
        // The group holds though the connection had not joined it yet.
        Assert.Equal((2ul, "room", 7ul), (again.Delivered, Assert.Single(again.Groups).Group, again.Groups[0].Offset));
        await next.SendAsync(new ServiceEvent { Connection = 1, Accept = new() }, Message(2, "two"), Message(3, "three"));
        await socket.ExpectAsync("three");
        socket.Dispose();
    }

    [Fact]
    public async Task Broadcasts_reach_members_that_do_not_have_them_and_are_not_left_out()
    {
        await using var host = await StartAsync();
        var (first, stream, _) = await OpenAsync(host);
        // The handshake waits for the service.
        var opening = host.ConnectAsync("/chat", null);
        await stream.SendAsync(new ServiceEvent { Connection = (await stream.NextAsync()).Connection, Accept = new() });
        using var second = await opening;
        await stream.SendAsync(
            Join(1, 5), Join(2, 6),
            Broadcast(6, "only the first has not"), Broadcast(7, "both"), Broadcast(7, "known"), Broadcast(8, "not the first", 1),
            new ServiceEvent { Connection = 2, Leave = new() { Group = "room" } },
            Broadcast(9, "only the first is there"));
        await first.ExpectAsync("only the first has not", "both", "only the first is there");
        await second.ExpectAsync("both", "not the first");
        first.Dispose();
    }

    [Fact]
    public async Task Messages_are_acknowledged_in_lots()
    {
        await using var host = await StartAsync();
        var (socket, stream, connect) = await OpenAsync(host);
        Assert.Equal(4u, connect.Credit);
        await stream.SendAsync(Message(1, "a"), Message(2, "b"), Message(3, "c"));
        await socket.ExpectAsync("a", "b", "c");
        Assert.Equal(2ul, (await stream.NextAsync()).Ack.Sequence);
        await stream.ExpectNothingAsync();
        socket.Dispose();
    }

    [Theory]
    [InlineData("gap", "closed 1011 The service broke the protocol: it left out a message")]
    [InlineData("ack", "closed 1011 The service broke the protocol: it acknowledges what was not sent")]
    [InlineData("close", "closed 1011 bad code")]
    [InlineData("end", "closed 4321 enough")]
    public async Task What_the_service_does_wrong_or_wants_closes_the_socket(string what, string close)
    {
        await using var host = await StartAsync();
        var (socket, stream, _) = await OpenAsync(host);
        await stream.SendAsync(what switch
        {
            "gap" => Message(2, "two"),
            "ack" => new ServiceEvent { Connection = 1, Ack = new() { Sequence = 1 } },
            "close" => new ServiceEvent { Connection = 1, Close = new() { Code = 1005, Reason = "bad code" } },
            _ => new ServiceEvent { Connection = 1, Close = new() { Code = 4321, Reason = "enough" } },
        });
        Assert.Equal(close, await socket.ReceiveAsync());
        socket.Dispose();
    }

    [Fact]
    public async Task A_client_that_goes_is_told_of()
    {
        await using var host = await StartAsync();
        var (socket, stream, _) = await OpenAsync(host);
        await socket.CloseAsync(4999);
        Assert.Equal(4999u, (await stream.NextAsync()).Close.Code);
        socket.Dispose();
    }

    [Fact]
    public async Task One_who_takes_nothing_is_let_go_within_seconds_and_the_service_hears_nothing_more_of_him()
    {
        await using var host = await StartAsync();
        var opening = host.OpenRawAsync("/chat", null);
        var stream = await _service.NextStreamAsync();
        await stream.NextAsync();
        await stream.SendAsync(new ServiceEvent { Connection = 1, Accept = new() }, Join(1, 0));
        await using var raw = await opening;
        var large = new string('x', 200_000);
        // More than the connection takes and the queue holds.
        for (var offset = 1ul; offset <= 100; offset++)
            await stream.SendAsync(Broadcast(offset, large));
        for (var i = 0; i < 20; i++)
            await raw.SendAsync("still there");
        var close = await stream.NextAsync().WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        Assert.Equal(1013u, close.Close?.Code);
        await stream.ExpectNothingAsync();
    }

    [Fact]
    public async Task A_gap_that_is_lost_with_its_stream_is_told_again_until_the_service_has_shown_that_it_knows()
    {
        var route = ScriptedService.Route with { SlowConsumer = SlowConsumer.DropOldest };
        await using var host = await SocketHost.StartAsync(_service.HandleAsync, new WebSocketEdgeOptions { FanIn = [route], MaxQueuedBytes = 100 });
        host.Log.Expect("A stream of /chat is lost");
        var (socket, stream, _) = await OpenAsync(host);
        using var client = socket;
        // Nothing shows that it got the first; an Accept that it got the Connect, an Ack what it says, and an Ack of what came later that it got what was before.
        stream = await LoseAfterGapAsync(stream, offset: 1, total: 1, missed: 1);
        stream = await LoseAfterGapAsync(stream, offset: 2, total: 2, missed: 1);
        stream = await LoseAfterGapAsync(stream, offset: 3, total: 3, missed: 0, known: 3);
        await LoseAfterGapAsync(stream, offset: 4, total: 4, missed: 0, says: client);
    }

    private async Task<ScriptedStream> LoseAfterGapAsync(ScriptedStream stream, ulong offset, ulong total, ulong missed, ulong known = 0, TestSocket? says = null)
    {
        // Too large for what may wait.
        await stream.SendAsync(Join(1, offset - 1), Broadcast(offset, new string('x', 200)));
        var gap = (await stream.NextAsync()).Gap;
        Assert.Equal((1ul, total, offset), (gap.Missed, gap.Total, Assert.Single(gap.Groups).Offset));
        if (says is not null)
        {
            await says.SendAsync("hi");
            await stream.SendAsync(new ServiceEvent { Connection = 1, Ack = new() { Sequence = (await stream.NextAsync()).Message.Sequence } });
        }

        await stream.SendAsync(new ServiceEvent { Connection = 1, Ack = new() { Missed = known } });
        stream.End(_lost);
        var next = await _service.NextStreamAsync();
        var connect = await next.NextAsync();
        Assert.Equal((true, missed), (connect.Connect.Resumed, connect.Connect.Missed));
        await next.SendAsync(new ServiceEvent { Connection = 1, Accept = new() { Received = says is null ? 0ul : 1 } });
        return next;
    }

    [Fact]
    public async Task One_whose_authentication_has_ended_is_closed()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = await StartAsync(time, _ => new(new CallerTerm(null, time.GetUtcNow() + TimeSpan.FromMinutes(10))));
        var (socket, _, _) = await OpenAsync(host);
        time.Advance(TimeSpan.FromMinutes(10));
        await Task.Delay(100, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("closed 4401 The authentication has expired", await socket.ReceiveAsync());
        socket.Dispose();
    }

    [Fact]
    public async Task One_who_may_not_is_refused_before_the_service_hears_of_him()
    {
        await using var host = await StartAsync(check: static _ => new(new CallerTerm(GatewayErrors.InvalidInput("no"), null)));
        using var socket = await host.ConnectAsync("/chat", null);
        Assert.Equal("closed 4401 no", await socket.ReceiveAsync());
    }

    private Task<SocketHost> StartAsync(TimeProvider? time = null, CallerCheck? check = null) =>
        SocketHost.StartAsync(_service.HandleAsync, new WebSocketEdgeOptions { FanIn = [ScriptedService.Route] }, time, check);

    private async Task<(TestSocket Socket, ScriptedStream Stream, Connect Connect)> OpenAsync(SocketHost host, Accept? accept = null)
    {
        var opening = host.ConnectAsync("/chat", null);
        var stream = await _service.NextStreamAsync();
        var connect = await stream.NextAsync();
        await stream.SendAsync(new ServiceEvent { Connection = connect.Connection, Accept = accept ?? new() });
        return (await opening, stream, connect.Connect);
    }

    private static (ulong Sequence, string Text) Said(GatewayEvent what) => (what.Message.Sequence, what.Message.Payload.ToStringUtf8());

    private static ServiceEvent Message(ulong sequence, string text, string group = "", ulong offset = 0) => new()
    {
        Connection = 1,
        Message = new() { Sequence = sequence, Payload = ByteString.CopyFromUtf8(text), Text = true, Group = group, Offset = offset },
    };

    private static ServiceEvent Join(uint connection, ulong offset) => new() { Connection = connection, Join = new() { Group = "room", Offset = offset } };

    private static ServiceEvent Broadcast(ulong offset, string text, params uint[] except) => new()
    {
        Broadcast = new() { Group = "room", Offset = offset, Payload = ByteString.CopyFromUtf8(text), Text = true, Except = { except } },
    };
}
