using System.Net.WebSockets;
using System.Text;

namespace MatrixTests.Clients;

/// <summary>A WebSocket in texts.</summary>
internal sealed class SocketClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));

    public static async Task<SocketClient> ConnectAsync(Uri gateway, string protocol = "graphql-transport-ws", string? origin = null)
    {
        var client = new SocketClient();
        client._socket.Options.AddSubProtocol(protocol);
        if (origin is not null)
            client._socket.Options.SetRequestHeader("Origin", origin);
        await client._socket.ConnectAsync(new UriBuilder(gateway) { Scheme = "ws", Path = "/graphql" }.Uri, client._patience.Token);
        return client;
    }

    public Task SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, _patience.Token);

    /// <summary>The next message; of a close frame its code and reason.</summary>
    public async Task<string> ReceiveAsync()
    {
        using var text = new MemoryStream();
        var piece = new byte[4096];
        while (true)
        {
            var result = await _socket.ReceiveAsync(piece, _patience.Token);
            if (result.MessageType == WebSocketMessageType.Close)
                return $"closed {(int)result.CloseStatus!} {result.CloseStatusDescription}".Trim();
            text.Write(piece, 0, result.Count);
            if (result.EndOfMessage)
                return Encoding.UTF8.GetString(text.ToArray());
        }
    }

    /// <summary>Passes over messages until the close frame.</summary>
    public async Task<string> ReceiveCloseAsync()
    {
        while (true)
        {
            if (await ReceiveAsync() is var message && message.StartsWith("closed", StringComparison.Ordinal))
                return message;
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }
}
