using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>The program stops, newer configuration takes over, or what proves who a caller is ends: clients are told, then closed.</summary>
public sealed class LeavingTests
{
    private readonly Scripts _scripts = new();

    [Fact]
    public async Task One_that_says_hello_while_all_are_sent_away_is_sent_away_too()
    {
        var hello = new TaskCompletionSource<CallerTerm>();
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, check: _ => new(hello.Task));
        using var socket = await host.ConnectAsync();
        await socket.SendAsync("""{"type":"hello"}""");
        await Task.Delay(200, TestContext.Current.CancellationToken);
        host.Retire();
        hello.SetResult(default);
        Assert.Contains("welcome", await socket.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Contains("goAway", await socket.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Equal("closed 1001 Going away", await socket.ReceiveAsync());
    }

    [Fact]
    public async Task On_a_reload_calls_end_first_and_new_ones_are_refused()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        using var socket = (await host.HelloAsync()).Socket;
        await socket.SendAsync("""{"type":"open","id":1,"operation":"t.Notes/Create","message":{}}""");
        await SocketHost.UntilAsync(() => _scripts.Running == 1);
        host.Retire();
        Assert.Matches("""^\{"type":"goAway","reconnectAfterMs":\d+,"reason":"reloaded"\}$""", await socket.ReceiveAsync());
        await socket.SendAsync("""{"type":"open","id":2,"operation":"t.Notes/Get","message":{}}""");
        Assert.Contains("\"id\":2,\"code\":\"UNAVAILABLE\",\"reason\":\"GOING_AWAY\"", await socket.ReceiveAsync(), StringComparison.Ordinal);
        _scripts.Gate.SetResult();
        Assert.Equal("""{"type":"complete","id":1,"message":{"text":"done"}}""", await socket.ReceiveAsync());
        Assert.Equal("closed 1001 Going away", await socket.ReceiveAsync());
    }

    [Fact]
    public async Task Direct_sockets_that_no_end_can_be_waited_for_close_when_the_program_stops_and_a_call_under_way_ends()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        using var silent = await host.ConnectAsync("/ws/t.Notes/Get", null);
        using var upload = await host.ConnectAsync("/ws/t.Notes/Upload", null);
        using var asked = await host.ConnectAsync("/ws/t.Notes/Create", null);
        await asked.SendAsync("{}");
        await SocketHost.UntilAsync(() => _scripts.Running == 2);
        host.Stop();
        Assert.Equal("closed 1001 Going away", await silent.ReceiveAsync());
        Assert.Equal("closed 1001 Going away", await upload.ReceiveAsync());
        _scripts.Gate.SetResult();
        Assert.Equal("""{"text":"done"}""", await asked.ReceiveAsync());
        Assert.Equal("closed 1000", await asked.ReceiveAsync());
    }

    [Fact]
    public async Task A_caller_is_told_in_time_refreshes_and_is_closed_when_he_does_not()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var host = await SocketHost.StartAsync(
            _scripts.HandleAsync,
            time: time,
            check: headers => new(headers.Find("authorization") switch
            {
                "old" => new CallerTerm(null, time.GetUtcNow() + TimeSpan.FromSeconds(30)),
                "new" => new CallerTerm(null, time.GetUtcNow() + TimeSpan.FromMinutes(5)),
                _ => new CallerTerm(GatewayErrors.InvalidInput("who are you?"), null),
            }));
        using var nobody = await host.ConnectAsync();
        await nobody.SendAsync("""{"type":"hello"}""");
        Assert.Equal("closed 4401 who are you?", await nobody.ReceiveAsync());

        // His term ends sooner than the notice would come: it comes at once, and after the welcome.
        var (socket, welcome) = await host.HelloAsync("""{"type":"hello","metadata":{"authorization":"old"}}""");
        using var _ = socket;
        Assert.Contains("welcome", welcome, StringComparison.Ordinal);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Matches("""^\{"type":"expiring","seconds":(29|30)\}$""", await socket.ReceiveAsync());
        await socket.SendAsync("""{"type":"refresh","metadata":{"authorization":"new"}}""");
        Assert.Equal("""{"type":"refreshed"}""", await socket.ReceiveAsync());
        await socket.SendAsync("""{"type":"open","id":1,"operation":"t.Notes/Get","message":{"text":"t"}}""");
        await socket.ReceiveAsync();
        Assert.Equal("new", _scripts.Headers!.Find("authorization"));
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal("""{"type":"expiring","seconds":60}""", await socket.ReceiveAsync());
        time.Advance(TimeSpan.FromSeconds(85));
        Assert.Equal("closed 4401 The authentication has expired", await socket.ReceiveAsync());
    }

    [Fact]
    public async Task A_direct_socket_ends_with_its_callers_term()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch);
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, time: time, check: _ => new(new CallerTerm(null, time.GetUtcNow() + TimeSpan.FromSeconds(30))));
        using var socket = await host.ConnectAsync("/ws/t.Notes/Chat", null);
        await socket.SendAsync("""{"text":"a"}""");
        Assert.Equal("""{"text":"a"}""", await socket.ReceiveAsync());
        time.Advance(TimeSpan.FromSeconds(56));
        Assert.Equal("closed 4401 The authentication has expired", await socket.ReceiveAsync());
    }
}
