using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Edges.WebSockets;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.TestKit.Running;
using UnitTests.Edges.GraphQL.Transports;
using UnitTests.Edges.Rest;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>The WebSocket edge on a real socket before a pipeline that a test gives; the service is that of <see cref="RestHost.Contract"/>.</summary>
internal sealed class SocketHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping, _retired;

    private int _requests, _followed;

    private SocketHost(WebApplication app, WebSocketEdge edge, LogRecorder log, CancellationTokenSource stopping, CancellationTokenSource retired) =>
        (_app, Edge, Log, _stopping, _retired) = (app, edge, log, stopping, retired);

    public WebSocketEdge Edge { get; }

    /// <summary>What the edge logged; an undeclared error fails the test at the end.</summary>
    public LogRecorder Log { get; }

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public static async Task<SocketHost> StartAsync(CallHandler pipeline, WebSocketEdgeOptions? options = null, TimeProvider? time = null, CallerCheck? check = null, bool http2 = false)
    {
        var (log, stopping, retired) = (new LogRecorder(), new CancellationTokenSource(), new CancellationTokenSource());
        var services = new WebSocketEdgeServices(time ?? TimeProvider.System, log, new Random(1), stopping.Token, retired.Token) { Check = check };
        options ??= new();
        // A clock that a test sets forward leaves no client the time to answer a ping.
        if (time is not null)
            options = options with { KeepAlive = TimeSpan.FromDays(1), KeepAliveTimeout = TimeSpan.FromDays(1) };
        var edge = new WebSocketEdge(RestHost.Contract(), options, pipeline, services);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.UseShutdownTimeout(TimeSpan.FromSeconds(1));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(e =>
        {
            e.Protocols = http2 ? HttpProtocols.Http2 : HttpProtocols.Http1;
            ConnectionHandover.UseOn(e);
        }));
        var app = builder.Build();
        var host = new SocketHost(app, edge, log, stopping, retired);
        app.Run(host.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>How many requests are not answered yet.</summary>
    public int Requests => _requests;

    /// <summary>How many sockets have ended that lived on without their requests.</summary>
    public int Followed => _followed;

    /// <summary>Tells the edge that the program stops.</summary>
    public void Stop() => _stopping.Cancel();

    /// <summary>Tells the edge that newer configuration has taken over.</summary>
    public void Retire() => _retired.Cancel();

    /// <summary>Opens a socket.</summary>
    public async Task<TestSocket> ConnectAsync(string path = "/ws", string? protocol = "gateway.v1.json", params (string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        if (protocol is not null)
            socket.Options.AddSubProtocol(protocol);
        foreach (var (name, value) in headers)
            socket.Options.SetRequestHeader(name, value);
        await socket.ConnectAsync(new UriBuilder(Address) { Scheme = "ws", Path = path }.Uri, TestContext.Current.CancellationToken);
        return new(socket);
    }

    /// <summary>Opens a multiplexed socket, says hello and takes the welcome, which is returned too.</summary>
    public async Task<(TestSocket Socket, string Welcome)> HelloAsync(string hello = """{"type":"hello"}""", params (string Name, string Value)[] headers)
    {
        var socket = await ConnectAsync(headers: headers);
        await socket.SendAsync(hello);
        return (socket, await socket.ReceiveAsync());
    }

    /// <summary>Opens a socket of which each byte is the test's own to send.</summary>
    public Task<RawSocket> OpenRawAsync(string path = "/ws", string? protocol = "gateway.v1.json", string early = "") => RawSocket.OpenAsync(Address.Port, path, protocol, early);

    /// <summary>Waits until something holds.</summary>
    public static async Task UntilAsync(Func<bool> holds)
    {
        for (var tries = 0; !holds(); tries++)
        {
            Assert.True(tries < 500, "It did not come about in 10 s.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Edge.Dispose();
        _stopping.Dispose();
        _retired.Dispose();
        Log.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        if (Edge.TryHandle(context) is { } handled)
            await handled;
        else
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        ConnectionHandover.TryFollow(context, () =>
        {
            Interlocked.Increment(ref _followed);
            return default;
        });
        Interlocked.Decrement(ref _requests);
    }
}
