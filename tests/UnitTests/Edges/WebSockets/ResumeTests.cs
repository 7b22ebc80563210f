using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Edges.WebSockets;
using UnitTests.Edges.GraphQL.Transports;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>Sessions that lose their connection: they go on, once, for one who knows their name; or end in time and leave nothing behind.</summary>
public sealed class ResumeTests
{
    private const string Resumable = """{"type":"hello","resumable":true}""";

    private readonly Scripts _scripts = new();

    [Fact]
    public async Task A_session_that_nobody_takes_ends_after_the_window_and_its_calls_with_it()
    {
        var time = new FakeTimeProvider();
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, time: time);
        await LoseAsync(host, "Create");
        time.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal((1, 1), (host.Edge.SessionCount, _scripts.Running));
        time.Advance(TimeSpan.FromSeconds(2));
        await SocketHost.UntilAsync(() => host.Edge.SessionCount == 0 && _scripts.Running == 0);
    }

    [Fact]
    public async Task More_lost_sessions_than_may_be_end_at_once()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, new() { MaxLostSessions = 2 });
        var tokens = new List<string>();
        for (var i = 0; i < 4; i++)
            tokens.Add(await LoseAsync(host, null, i < 2 ? i + 1 : 2));
        Assert.Equal("true true false false", string.Join(' ', await Task.WhenAll(tokens.Select(t => ResumesAsync(host, t)))));
    }

    [Fact]
    public async Task Of_two_that_take_one_session_at_once_one_has_it()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        for (var round = 0; round < 20; round++)
        {
            var token = await LoseAsync(host, null, -1);
            var resumed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ResumesAsync(host, token, stays: true)));
            // One after the other may have it, each taking it from the one before; never two.
            Assert.Contains("true", resumed);
        }
    }

    [Fact]
    public async Task Who_takes_a_session_whose_connection_lives_closes_that_and_loses_nothing()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        var (first, welcome) = await host.HelloAsync(Resumable);
        using var _ = first;
        await first.SendAsync("""{"type":"open","id":1,"operation":"t.Notes/Chat","message":{"text":"a"}}""");
        Assert.Contains("\"a\"", await first.ReceiveAsync(), StringComparison.Ordinal);
        var (second, again) = await host.HelloAsync($$"""{"type":"hello","session":"{{Token(welcome)}}","received":0}""");
        using var __ = second;
        Assert.Equal("closed 4409 The session goes on with another connection", await first.ReceiveAsync());
        Assert.Contains("\"resumed\":true,\"received\":1", again, StringComparison.Ordinal);
        Assert.Contains("\"a\"", await second.ReceiveAsync(), StringComparison.Ordinal);
        await second.SendAsync("""{"type":"message","id":1,"message":{"text":"b"}}""");
        Assert.Contains("\"b\"", await second.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway.v1.proto", 0)]
    [InlineData("gateway.v1.json", 99)]
    public async Task Another_form_or_a_count_that_cannot_be_begins_anew(string protocol, int received)
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        var token = await LoseAsync(host, null);
        using var socket = await host.ConnectAsync(protocol: protocol);
        if (protocol.EndsWith("json", StringComparison.Ordinal))
            await socket.SendAsync($$"""{"type":"hello","session":"{{token}}","received":{{received}}}""");
        else
            await socket.SendAsync([0x0A, 34, 0x1A, 32, .. System.Text.Encoding.ASCII.GetBytes(token)], System.Net.WebSockets.WebSocketMessageType.Binary);
        Assert.DoesNotContain("\"resumed\":true", await socket.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_acknowledges_nothing_is_read_on_and_its_streams_wait()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, new() { ResumeBytes = 2000 });
        var (socket, welcome) = await host.HelloAsync(Resumable);
        using var _ = socket;
        await socket.SendAsync("""{"type":"open","id":1,"operation":"t.Notes/Watch","message":{"text":"100000"},"credit":1000000}""");
        var received = 0;
        for (var before = -1; _scripts.Sent != before; received = before)
        {
            before = _scripts.Sent;
            await Task.Delay(300, TestContext.Current.CancellationToken);
        }

        Assert.InRange(received, 10, 100);
        // What its client asks for goes on, and the acknowledgement behind it is read.
        await socket.SendAsync("""{"type":"open","id":2,"operation":"no.Such/Thing","message":{}}""");
        await socket.SendAsync($$"""{"type":"ack","received":{{received}}}""");
        var seen = 0;
        for (string frame; seen < received + 5;)
        {
            frame = await socket.ReceiveAsync();
            Assert.True(frame.Contains("\"id\":1", StringComparison.Ordinal) || frame.Contains("NO_SUCH_METHOD", StringComparison.Ordinal), frame);
            seen++;
        }

        Assert.Contains("\"resumed\":false", welcome, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_asks_for_more_than_can_be_kept_cannot_resume_and_costs_no_more()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, new() { ResumeBytes = 2000 });
        var (socket, welcome) = await host.HelloAsync(Resumable);
        using var _ = socket;
        for (var id = 1; id <= 100; id++)
        {
            await socket.SendAsync($$"""{"type":"open","id":{{id}},"operation":"no.Such/Thing"}""");
            Assert.Contains("NO_SUCH_METHOD", await ReceiveCountedAsync(socket), StringComparison.Ordinal);
        }

        Assert.Equal("false", await ResumesAsync(host, Token(welcome)));
    }

    [Fact]
    public async Task The_one_who_resumes_makes_the_calls_and_is_the_one_who_was_looked_at()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, check: static headers => new(new ProtocolGateway.Envelope.Calls.CallerTerm(
            headers.Find("x-who") == "thief" ? ProtocolGateway.Envelope.Errors.GatewayErrors.InvalidInput("no thieves") : null, null)));
        var (first, welcome) = await host.HelloAsync(Resumable, ("x-who", "first"));
        first.Dispose();
        var (second, _) = await host.HelloAsync($$"""{"type":"hello","session":"{{Token(welcome)}}","received":0}""", ("x-who", "second"));
        using (second)
        {
            await second.SendAsync("""{"type":"open","id":1,"operation":"t.Notes/Get","message":{"text":"t"}}""");
            await second.ReceiveAsync();
            Assert.Equal("second", _scripts.Headers!.Find("x-who"));
        }

        using var thief = await host.ConnectAsync(headers: ("x-who", "thief"));
        await thief.SendAsync($$"""{"type":"hello","session":"{{Token(welcome)}}","received":0}""");
        Assert.Equal("closed 4401 no thieves", await thief.ReceiveAsync());
    }

    // Opens a session, calls an operation and breaks the connection.
    private async Task<string> LoseAsync(SocketHost host, string? operation, int sessions = 1)
    {
        var (socket, welcome) = await host.HelloAsync(Resumable);
        if (operation is not null)
        {
            await socket.SendAsync($$$"""{"type":"open","id":1,"operation":"t.Notes/{{{operation}}}","message":{}}""");
            await SocketHost.UntilAsync(() => _scripts.Running == 1);
        }

        socket.Dispose();
        await Task.Delay(200, TestContext.Current.CancellationToken);
        if (sessions >= 0)
            await SocketHost.UntilAsync(() => host.Edge.SessionCount == sessions);
        return Token(welcome);
    }

    private static async Task<string> ResumesAsync(SocketHost host, string token, bool stays = false)
    {
        try
        {
            var (socket, welcome) = await host.HelloAsync($$"""{"type":"hello","session":"{{token}}","received":0}""");
            if (!stays)
                await socket.CloseAsync();
            socket.Dispose();
            return welcome.Contains("\"resumed\":true", StringComparison.Ordinal) ? "true" : "false";
        }
        catch (System.Net.WebSockets.WebSocketException)
        {
            // Cut off, as the next one had taken the session over.
            return "taken over";
        }
    }

    private static string Token(string welcome)
    {
        using var frame = JsonDocument.Parse(welcome);
        return frame.RootElement.GetProperty("session").GetString()!;
    }

    private static async Task<string> ReceiveCountedAsync(TestSocket socket)
    {
        while (true)
        {
            if (await socket.ReceiveAsync() is var frame && !frame.Contains("\"ack\"", StringComparison.Ordinal))
                return frame;
        }
    }
}
