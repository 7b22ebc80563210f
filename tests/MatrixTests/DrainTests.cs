using System.Diagnostics;
using System.Text.Json;
using MatrixTests.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Samples;
using ProtocolGateway.Samples.Chat;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>What each kind of socket hears when the program stops, and when it takes new configuration.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private readonly int _livePort = MatrixBackend.FreePort(), _chatPort = MatrixBackend.FreePort();
    private readonly TaskCompletionSource<string> _serviceHeard = new();
    private MatrixBackend _backend = null!;
    private WebApplication _live = null!, _chat = null!;
    private GatewayProcess _gateway = null!;

    private string Config => Fixture.Listeners + "edges: { webSocket: { reconnectSpread: 200ms } }\nservices:\n" + Fixture.MatrixService(_backend) +
        $"  live:\n    webSockets: [ {{ path: /live }} ]\n    upstream: {{ protocol: http, instances: [ {{ address: \"http://127.0.0.1:{_livePort}\" }} ] }}\n" +
        $"  chat:\n    webSockets: [ {{ path: /chat }} ]\n    upstream: {{ protocol: grpc, instances: [ {{ address: \"http://127.0.0.1:{_chatPort}\" }} ] }}\n";

    public async ValueTask InitializeAsync()
    {
        _backend = await MatrixBackend.StartAsync();
        _chat = SampleHosts.Chat($"http://127.0.0.1:{_chatPort}", new ChatRooms());
        await _chat.StartAsync(TestContext.Current.CancellationToken);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{_livePort}");
        _live = builder.Build();
        _live.UseWebSockets();
        _live.Run(ServeAsync);
        await _live.StartAsync(TestContext.Current.CancellationToken);
        _gateway = await GatewayProcess.StartAsync(Config);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _chat.DisposeAsync();
        await _live.DisposeAsync();
        await _backend.DisposeAsync();
    }

    [Fact]
    public async Task At_a_stop_every_kind_of_socket_is_closed_with_1001_and_those_that_can_be_told_before_are()
    {
        using var multiplexed = await OpenAsync("/ws", "gateway.v1.json");
        await multiplexed.SendAsync("""{"type":"hello"}""");
        Assert.Contains("welcome", await multiplexed.ReceiveAsync(), StringComparison.Ordinal);
        await multiplexed.SendAsync("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Count","message":{"to":100000,"waitMs":50}}""");
        Assert.Contains("n1", await multiplexed.ReceiveAsync(), StringComparison.Ordinal);
        using var direct = await OpenAsync("/ws/matrix.v1.Matrix/Count");
        await direct.SendAsync("""{"to":100000,"waitMs":50}""");
        Assert.Contains("n1", await direct.ReceiveAsync(), StringComparison.Ordinal);
        using var graph = await GraphAsync();
        using var chat = await ChatAsync();
        using var passed = await PassedAsync();

        var clock = Stopwatch.StartNew();
        _gateway.Signal("TERM");
        using var goAway = JsonDocument.Parse(await ReceiveAsync(multiplexed, "goAway"));
        Assert.Equal("stopping", goAway.RootElement.GetProperty("reason").GetString());
        Assert.InRange(goAway.RootElement.GetProperty("reconnectAfterMs").GetInt32(), 0, 200);
        foreach (var socket in (SocketClient[])[multiplexed, direct, graph, chat, passed])
            Assert.StartsWith("closed 1001", await socket.ReceiveCloseAsync(), StringComparison.Ordinal);
        // The service too: for it, its client goes away.
        Assert.Equal("closed 1001", await _serviceHeard.Task.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
        foreach (var socket in (SocketClient[])[multiplexed, direct, graph, chat, passed])
            await socket.CloseAsync(1000, "");
        Assert.Equal(0, await _gateway.WaitForExitAsync(TimeSpan.FromSeconds(6)));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task At_a_reload_those_that_can_be_told_are_sent_away_and_what_is_a_service_s_own_stays()
    {
        using var multiplexed = await OpenAsync("/ws", "gateway.v1.json");
        await multiplexed.SendAsync("""{"type":"hello"}""");
        await multiplexed.ReceiveAsync();
        using var direct = await OpenAsync("/ws/matrix.v1.Matrix/Echo");
        await direct.SendAsync("""{"name":"a"}""");
        Assert.Contains("hello a", await direct.ReceiveAsync(), StringComparison.Ordinal);
        using var graph = await GraphAsync();
        using var chat = await ChatAsync();
        using var passed = await PassedAsync();

        _gateway.WriteConfig(Config.Replace("200ms", "300ms", StringComparison.Ordinal));
        _gateway.Signal("HUP");
        using var goAway = JsonDocument.Parse(await ReceiveAsync(multiplexed, "goAway"));
        Assert.Equal("reloaded", goAway.RootElement.GetProperty("reason").GetString());
        Assert.StartsWith("closed 1001", await multiplexed.ReceiveCloseAsync(), StringComparison.Ordinal);
        Assert.StartsWith("closed 1012", await graph.ReceiveCloseAsync(), StringComparison.Ordinal);
        Assert.StartsWith("closed 1012", await chat.ReceiveCloseAsync(), StringComparison.Ordinal);
        await direct.SendAsync("""{"name":"b"}""");
        Assert.Contains("hello b", await direct.ReceiveAsync(), StringComparison.Ordinal);
        await passed.SendAsync("still");
        Assert.Equal("still", await passed.ReceiveAsync());
    }

    private Task<SocketClient> OpenAsync(string path, string? protocol = null, string query = "") => SocketClient.ConnectAsync(_gateway.Address, protocol, path: path, query: query);

    private async Task<SocketClient> GraphAsync()
    {
        var socket = await OpenAsync("/graphql", "graphql-transport-ws");
        await socket.SendAsync("""{"type":"connection_init"}""");
        Assert.Contains("connection_ack", await socket.ReceiveAsync(), StringComparison.Ordinal);
        return socket;
    }

    private async Task<SocketClient> ChatAsync()
    {
        var socket = await OpenAsync("/chat", query: "nick=ada");
        await socket.SendAsync("""{"text":"hi"}""");
        Assert.Contains("hi", await socket.ReceiveAsync(), StringComparison.Ordinal);
        return socket;
    }

    private async Task<SocketClient> PassedAsync()
    {
        var socket = await OpenAsync("/live");
        await socket.SendAsync("echo");
        Assert.Equal("echo", await socket.ReceiveAsync());
        return socket;
    }

    private static async Task<string> ReceiveAsync(SocketClient socket, string type)
    {
        while (true)
        {
            if (await socket.ReceiveAsync() is var frame && frame.Contains($"\"{type}\"", StringComparison.Ordinal))
                return frame;
        }
    }

    // An echo that answers a close with another code.
    private async Task ServeAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var piece = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(piece, CancellationToken.None) is { CloseStatus: null } message)
                await socket.SendAsync(piece.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, CancellationToken.None);
            _serviceHeard.TrySetResult($"closed {(int)socket.CloseStatus!}");
            await socket.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        }
        catch (Exception gone) when (gone is System.Net.WebSockets.WebSocketException or OperationCanceledException)
        {
            _serviceHeard.TrySetResult("broke off");
        }
    }
}
