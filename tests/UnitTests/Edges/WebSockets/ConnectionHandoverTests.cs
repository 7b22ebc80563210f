using System.Net.WebSockets;
using System.Text;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>Sockets over HTTP/1.1 live on without the requests that opened them.</summary>
public sealed class ConnectionHandoverTests
{
    private readonly Scripts _scripts = new();

    [Theory]
    [InlineData("/ws", """{"type":"hello"}""", """{"type":"welcome",""")]
    [InlineData("/ws/t.Notes/Chat", """{"text":"a"}""", """{"text":"a"}""")]
    public async Task The_request_ends_while_the_socket_is_open_and_what_follows_is_done_when_that_ends(string path, string first, string answer)
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        using (var socket = await host.ConnectAsync(path))
        {
            await socket.SendAsync(first);
            Assert.StartsWith(answer, await socket.ReceiveAsync(), StringComparison.Ordinal);
            Assert.Equal((0, 0), (host.Requests, host.Followed));
            await socket.CloseAsync();
        }

        await SocketHost.UntilAsync(() => host.Followed == 1);
    }

    [Fact]
    public async Task Frames_that_come_with_the_handshake_are_the_first()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        var space = new string(' ', 20_000);
        var early = RawSocket.Frame(RawSocket.Text, """{"type":"hello"}"""u8).Concat(RawSocket.Frame(RawSocket.Text, Encoding.UTF8.GetBytes($$$"""{"type":"open","id":1,"operation":"t.Notes/Get",{{{space}}}"message":{"text":"a"}}""")));
        await using var socket = await host.OpenRawAsync(early: Encoding.Latin1.GetString([.. early]));
        Assert.StartsWith("text {\"type\":\"welcome\"", await socket.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Equal("""text {"type":"complete","id":1,"message":{"text":"a"}}""", await socket.ReceiveAsync());
    }

    [Fact]
    public async Task A_client_that_breaks_off_ends_its_calls_and_what_follows_is_done()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        await using var socket = await host.OpenRawAsync();
        await socket.SendAsync("""{"type":"hello"}""");
        await socket.ReceiveAsync();
        await socket.SendAsync("""{"type":"open","id":1,"operation":"t.Notes/Chat","message":{"text":"stall"}}""");
        await SocketHost.UntilAsync(() => _scripts.Stalled == 1);
        socket.Reset();
        await SocketHost.UntilAsync(() => host.Followed == 1 && _scripts.Running == 0);
    }

    [Fact]
    public async Task A_handshake_that_is_refused_is_a_request_like_any_other()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync);
        await Assert.ThrowsAsync<WebSocketException>(() => host.ConnectAsync("/ws/t.Notes/Nothing"));
        await SocketHost.UntilAsync(() => host.Requests == 0);
        Assert.Equal(0, host.Followed);
    }
}
