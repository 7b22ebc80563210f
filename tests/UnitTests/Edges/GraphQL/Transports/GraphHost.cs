using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Transports;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>The GraphQL edge on a real socket before a scripted executor.</summary>
internal sealed class GraphHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private GraphHost(WebApplication app, Uri address, LogRecorder log)
    {
        (_app, Address, Log) = (app, address, log);
        Client = new() { BaseAddress = address };
    }

    public HttpClient Client { get; }

    public Uri Address { get; }

    public ScriptedExecutor Executor { get; private init; } = null!;

    /// <summary>What the edge logged; an undeclared error fails the test at the end.</summary>
    public LogRecorder Log { get; }

    /// <summary>Tells the edge that the program stops.</summary>
    public CancellationTokenSource Stopping { get; private init; } = null!;

    /// <summary>Tells the edge that newer configuration has taken over.</summary>
    public CancellationTokenSource Retired { get; private init; } = null!;

    public static async Task<GraphHost> StartAsync(GraphTransportOptions? options = null, TimeProvider? time = null)
    {
        var (executor, log, stopping, retired) = (new ScriptedExecutor(), new LogRecorder(), new CancellationTokenSource(), new CancellationTokenSource());
        var edge = new GraphEdge(executor.Dispatcher, options ?? new(), new(time ?? TimeProvider.System, log, stopping.Token, retired.Token));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureEndpointDefaults(static e => ConnectionHandover.UseOn(e)));
        var app = builder.Build();
        app.Run(context =>
        {
            if (edge.TryHandle(context) is { } handled)
                return handled;
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new(app, new Uri(address), log) { Executor = executor, Stopping = stopping, Retired = retired };
    }

    /// <summary>Opens a WebSocket.</summary>
    public async Task<TestSocket> ConnectAsync(string? protocol = "graphql-transport-ws", params (string Name, string Value)[] headers)
    {
        var socket = new ClientWebSocket();
        if (protocol is not null)
            socket.Options.AddSubProtocol(protocol);
        foreach (var (name, value) in headers)
            socket.Options.SetRequestHeader(name, value);
        await socket.ConnectAsync(new UriBuilder(Address) { Scheme = "ws", Path = "/graphql" }.Uri, TestContext.Current.CancellationToken);
        return new(socket);
    }

    /// <summary>Opens a WebSocket and goes through the protocol's beginning.</summary>
    public async Task<TestSocket> InitialiseAsync(string init = """{"type":"connection_init"}""")
    {
        var socket = await ConnectAsync();
        await socket.SendAsync(init);
        Assert.Equal("""{"type":"connection_ack"}""", await socket.ReceiveAsync());
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Stopping.Dispose();
        Retired.Dispose();
        Log.Dispose();
    }
}
