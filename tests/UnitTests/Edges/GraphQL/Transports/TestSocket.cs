using System.Net.WebSockets;
using System.Text;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>A client's WebSocket, in texts.</summary>
internal sealed class TestSocket(ClientWebSocket socket) : IDisposable
{
    // Long enough for the slowest machine; a test that waits for it has failed.
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));

    public string? SubProtocol => socket.SubProtocol;

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public Task SendAsync(byte[] bytes, WebSocketMessageType type) => socket.SendAsync(bytes, type, endOfMessage: true, _patience.Token);

    public Task SubscribeAsync(string id, string document) => SendAsync($$$"""{"id":"{{{id}}}","type":"subscribe","payload":{"query":"{{{document}}}"}}""");

    /// <summary>The next message; of a close frame its code and reason.</summary>
    public async Task<string> ReceiveAsync()
    {
        using var text = new MemoryStream();
        var piece = new byte[64 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(piece, _patience.Token);
            if (result.MessageType == WebSocketMessageType.Close)
                return $"closed {(int)result.CloseStatus!} {result.CloseStatusDescription}".Trim();
            text.Write(piece, 0, result.Count);
            if (result.EndOfMessage)
                return Encoding.UTF8.GetString(text.ToArray());
        }
    }

    public async Task ExpectAsync(params string[] messages)
    {
        foreach (var message in messages)
            Assert.Equal(message, await ReceiveAsync());
    }

    public Task CloseAsync(int code = 1000) => socket.CloseAsync((WebSocketCloseStatus)code, null, _patience.Token);

    public void Dispose()
    {
        socket.Dispose();
        _patience.Dispose();
    }
}
