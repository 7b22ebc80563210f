using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Samples.Chat;

namespace ProtocolGateway.Samples;

/// <summary>Builds the backends as web applications: the sample programs run one each, the demo all of them in one process.</summary>
public static class SampleHosts
{
    /// <summary>users.v1.Users with reflection, HTTP/2 in clear text.</summary>
    /// <param name="url">Where to listen; port 0 for a free one.</param>
    public static WebApplication Users(string url)
    {
        var builder = Builder(url, HttpProtocols.Http2);
        builder.Services.AddSingleton<UsersService>();
        var app = builder.Build();
        app.MapGrpcService<UsersService>();
        app.MapGrpcReflectionService();
        return app;
    }

    /// <summary>orders.v1.Orders with reflection, HTTP/2 in clear text.</summary>
    /// <param name="url">Where to listen; port 0 for a free one.</param>
    public static WebApplication Orders(string url)
    {
        var builder = Builder(url, HttpProtocols.Http2);
        builder.Services.AddSingleton<OrdersService>();
        var app = builder.Build();
        app.MapGrpcService<OrdersService>();
        app.MapGrpcReflectionService();
        return app;
    }

    /// <summary>The inventory over HTTP/1.1.</summary>
    /// <param name="url">Where to listen; port 0 for a free one.</param>
    public static WebApplication Inventory(string url)
    {
        var app = Builder(url, HttpProtocols.Http1).Build();
        app.MapInventory();
        return app;
    }

    /// <summary>The chat, for clients' WebSockets that the gateway brings; HTTP/2 in clear text.</summary>
    /// <param name="url">Where to listen; port 0 for a free one.</param>
    /// <param name="rooms">What is said: instances that share it are one service.</param>
    public static WebApplication Chat(string url, ChatRooms rooms)
    {
        var builder = Builder(url, HttpProtocols.Http2);
        builder.Services.AddSingleton(rooms);
        var app = builder.Build();
        app.MapGrpcService<ChatService>();
        return app;
    }

    /// <summary>The page of the chat over HTTP/1.1.</summary>
    /// <param name="url">Where to listen; port 0 for a free one.</param>
    public static WebApplication Pages(string url)
    {
        var app = Builder(url, HttpProtocols.Http1).Build();
        app.MapGet("/demo", static () => Results.Stream(typeof(SampleHosts).Assembly.GetManifestResourceStream("chat.html")!, "text/html; charset=utf-8"));
        return app;
    }

    private static WebApplicationBuilder Builder(string url, HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.WebHost.ConfigureKestrel(o => o.ConfigureEndpointDefaults(e => e.Protocols = protocols));
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(TimeProvider.System);
        if (protocols == HttpProtocols.Http2)
        {
            builder.Services.AddGrpc();
            builder.Services.AddGrpcReflection();
        }

        return builder;
    }
}
