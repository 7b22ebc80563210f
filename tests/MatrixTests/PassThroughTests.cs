using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using MatrixTests.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>Clients' WebSockets at the WebSockets of an HTTP service, byte for byte.</summary>
public sealed class PassThroughTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<(string Target, Dictionary<string, string> Headers)> _handshakes = new();
    private readonly int _port = MatrixBackend.FreePort();
    private WebApplication _service = null!;
    private GatewayProcess _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{_port}");
        _service = builder.Build();
        _service.UseWebSockets();
        _service.Run(EchoAsync);
        await _service.StartAsync(TestContext.Current.CancellationToken);
        _gateway = await GatewayProcess.StartAsync(
            Fixture.Listeners + "services:\n  live:\n    webSockets: [ { path: /live, target: /base/ws } ]\n" +
            $"    upstream: {{ protocol: http, instances: [ {{ address: \"http://127.0.0.1:{_port}\" }} ] }}\n");
    }

    public async ValueTask DisposeAsync()
    {
        _gateway.Log.ThrowOnUndeclaredErrors();
        await _gateway.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Theory]
    [InlineData("1.1", false)]
    [InlineData("1.1", true)]
    [InlineData("2.0", false)]
    public async Task Messages_subprotocol_extension_and_close_go_through_as_they_are(string version, bool deflate)
    {
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("any.thing");
        socket.Options.SetRequestHeader("x-tenant", "blue");
        if (deflate)
            socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        socket.Options.HttpVersion = Version.Parse(version);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        await socket.ConnectAsync(At("/live/a%2Fb?x=1"), invoker, TestContext.Current.CancellationToken);

        Assert.Equal("any.thing", socket.SubProtocol);
        await SendAsync(socket, "é");
        Assert.Equal("é", await ReceiveAsync(socket));
        var large = new string('x', 300_000);
        await SendAsync(socket, large);
        Assert.Equal(large, await ReceiveAsync(socket));
        await SendAsync(socket, "close 4321");
        Assert.Equal("closed 4321 as asked", await ReceiveAsync(socket));
        var (target, headers) = Assert.Single(_handshakes);
        Assert.Equal("/base/ws/a%2Fb?x=1", target);
        Assert.Equal("blue", headers["x-tenant"]);
        Assert.Equal("127.0.0.1", headers["x-forwarded-for"]);
        Assert.Equal(deflate, headers.ContainsKey("sec-websocket-extensions"));
    }

    [Fact]
    public async Task What_the_service_refuses_is_refused_and_what_breaks_off_is_told()
    {
        Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync("/live/forbidden"));
        Assert.Equal(HttpStatusCode.BadGateway, await RefusedAsync("/live/ok"));
        Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync("/live", "https://evil.example"));
        Assert.Equal(HttpStatusCode.NotFound, await RefusedAsync("/livelier"));
        _gateway.Log.Expect("The service live broke off");
        using var socket = await SocketClient.ConnectAsync(_gateway.Address, null, path: "/live");
        await socket.SendAsync("abort");
        await Assert.ThrowsAsync<WebSocketException>(socket.ReceiveAsync);
    }

    [Fact]
    public async Task A_client_that_breaks_off_ends_the_services_socket()
    {
        using var socket = await SocketClient.ConnectAsync(_gateway.Address, null, path: "/live");
        await socket.SendAsync("tell");
        await socket.ReceiveAsync();
        socket.Abort();
        for (var i = 0; i < 500 && !_handshakes.Any(h => h.Target == "gone"); i++)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Contains(_handshakes, static h => h.Target == "gone");
    }

    [Fact]
    public async Task Other_protocols_are_not_forwarded()
    {
        using var client = new HttpClient { BaseAddress = _gateway.Address };
        using var other = new HttpRequestMessage(HttpMethod.Get, "/live");
        other.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        other.Headers.TryAddWithoutValidation("Upgrade", "h2c");
        using var refused = await client.SendAsync(other, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UpgradeRequired, refused.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/live", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Empty(_handshakes);
    }

    private Uri At(string target) => new($"ws://{_gateway.Address.Authority}{target}");

    private async Task<HttpStatusCode> RefusedAsync(string path, string? origin = null)
    {
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(At(path), TestContext.Current.CancellationToken));
        return socket.HttpStatusCode;
    }

    private static Task SendAsync(ClientWebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    private static async Task<string> ReceiveAsync(WebSocket socket)
    {
        using var text = new MemoryStream();
        var piece = new byte[8192];
        while (true)
        {
            var result = await socket.ReceiveAsync(piece, TestContext.Current.CancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
                return $"closed {(int)result.CloseStatus!} {result.CloseStatusDescription}";
            text.Write(piece, 0, result.Count);
            if (result.EndOfMessage)
                return Encoding.UTF8.GetString(text.ToArray());
        }
    }

    // An echo, but for "close CODE" and "abort".
    private async Task EchoAsync(HttpContext context)
    {
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        _handshakes.Enqueue((target, context.Request.Headers.ToDictionary(static h => h.Key.ToLowerInvariant(), static h => h.Value.ToString())));
        if (!context.WebSockets.IsWebSocketRequest || target.EndsWith("/ok", StringComparison.Ordinal) || target.EndsWith("/forbidden", StringComparison.Ordinal))
        {
            context.Response.StatusCode = target.EndsWith("/forbidden", StringComparison.Ordinal) ? 403 : 200;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { SubProtocol = context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(), DangerousEnableCompression = true });
        try
        {
            while (await ReceiveAsync(socket) is var text && !text.StartsWith("closed", StringComparison.Ordinal))
            {
                if (text == "abort")
                    context.Abort();
                else if (text.StartsWith("close ", StringComparison.Ordinal))
                    await socket.CloseAsync((WebSocketCloseStatus)int.Parse(text[6..], System.Globalization.CultureInfo.InvariantCulture), "as asked", CancellationToken.None);
                else
                    await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            _handshakes.Enqueue(("gone", []));
        }
    }
}
