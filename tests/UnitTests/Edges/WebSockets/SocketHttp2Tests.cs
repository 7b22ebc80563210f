using System.Net;
using System.Net.WebSockets;
using System.Text;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>WebSockets over HTTP/2 (RFC 8441): each is a stream of a connection that others share.</summary>
public sealed class SocketHttp2Tests
{
    private readonly Scripts _scripts = new();

    [Fact]
    public async Task Both_kinds_of_socket_share_one_connection()
    {
        await using var host = await SocketHost.StartAsync(_scripts.HandleAsync, http2: true);
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { EnableMultipleHttp2Connections = false });
        using var multiplexed = await ConnectAsync(host, invoker, "/ws", "gateway.v1.json");
        using var direct = await ConnectAsync(host, invoker, "/ws/t.Notes/Chat", null);
        await SendAsync(multiplexed, """{"type":"hello"}""");
        Assert.Contains("welcome", await ReceiveAsync(multiplexed), StringComparison.Ordinal);
        await SendAsync(multiplexed, """{"type":"open","id":1,"operation":"t.Notes/Get","message":{"text":"t"}}""");
        await SendAsync(direct, """{"text":"d"}""");
        Assert.Equal("""{"type":"complete","id":1,"message":{"text":"t"}}""", await ReceiveAsync(multiplexed));
        Assert.Equal("""{"text":"d"}""", await ReceiveAsync(direct));
        // One that breaks off takes no other with it.
        direct.Abort();
        await SocketHost.UntilAsync(() => _scripts.Running == 0);
        await SendAsync(multiplexed, """{"type":"ping"}""");
        Assert.Equal("""{"type":"pong"}""", await ReceiveAsync(multiplexed));
        await SendAsync(multiplexed, "nonsense");
        Assert.StartsWith("closed 4400", await ReceiveAsync(multiplexed), StringComparison.Ordinal);
    }

    private static async Task<ClientWebSocket> ConnectAsync(SocketHost host, HttpMessageInvoker invoker, string path, string? protocol)
    {
        var socket = new ClientWebSocket { Options = { HttpVersion = HttpVersion.Version20, HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact } };
        if (protocol is not null)
            socket.Options.AddSubProtocol(protocol);
        await socket.ConnectAsync(new UriBuilder(host.Address) { Scheme = "ws", Path = path }.Uri, invoker, TestContext.Current.CancellationToken);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        var bytes = new byte[4096];
        var result = await socket.ReceiveAsync(bytes.AsMemory(), TestContext.Current.CancellationToken);
        return result.MessageType == WebSocketMessageType.Close ? $"closed {(int)socket.CloseStatus!} {socket.CloseStatusDescription}" : Encoding.UTF8.GetString(bytes, 0, result.Count);
    }
}
