using System.Net.WebSockets;
using System.Text;

namespace MatrixTests.Clients;

/// <summary>A WebSocket in texts.</summary>
internal sealed class SocketClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));

    public static async Task<SocketClient> ConnectAsync(Uri gateway, string? protocol = "graphql-transport-ws", string? origin = null, string path = "/graphql", string query = "", params (string Name, string Value)[] headers)
    {
        var client = new SocketClient();
        if (protocol is not null)
            client._socket.Options.AddSubProtocol(protocol);
        if (origin is not null)
            client._socket.Options.SetRequestHeader("Origin", origin);
        foreach (var (name, value) in headers)
            client._socket.Options.SetRequestHeader(name, value);
        await client._socket.ConnectAsync(new UriBuilder(gateway) { Scheme = "ws", Path = path, Query = query }.Uri, client._patience.Token);
        return client;
    }

    public Task SendAsync(string text) => _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, _patience.Token);

    public Task SendAsync(byte[] bytes) => _socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, _patience.Token);

    public Task CloseAsync(int code, string reason) => _socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, _patience.Token);

    /// <summary>Breaks the connection without a word.</summary>
    public void Abort() => _socket.Abort();

    /// <summary>The next message; of a close frame its code and reason.</summary>
    public async Task<string> ReceiveAsync()
    {
        var bytes = await ReceiveBytesAsync();
        return bytes is null ? $"closed {(int)_socket.CloseStatus!} {_socket.CloseStatusDescription}".Trim() : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>The next message; null for a close frame.</summary>
    public async Task<byte[]?> ReceiveBytesAsync()
    {
        using var text = new MemoryStream();
        var piece = new byte[4096];
        while (true)
        {
            var result = await _socket.ReceiveAsync(piece, _patience.Token);
            if (result.MessageType == WebSocketMessageType.Close)
                return null;
            text.Write(piece, 0, result.Count);
            if (result.EndOfMessage)
                return text.ToArray();
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
