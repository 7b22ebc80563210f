using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ProtocolGateway.TestKit.Backends;

/// <summary>An HTTP request as the backend saw it.</summary>
public sealed record ReceivedHttp(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>The backends of the matrix tests on real sockets: gRPC over h2c and HTTP/1.1, both recording.</summary>
public sealed class MatrixBackend : IAsyncDisposable
{
    // Test processes that run side by side begin at different places.
    private static int _ports = Environment.ProcessId * 97;

    private readonly WebApplication _app;
    private int _grpcConnections;

    private MatrixBackend(WebApplication app, int grpcPort, int httpPort) => (_app, GrpcPort, HttpPort) = (app, grpcPort, httpPort);

    /// <summary>How many connections to the gRPC port are open.</summary>
    public int GrpcConnections => Volatile.Read(ref _grpcConnections);

    public int GrpcPort { get; }

    public int HttpPort { get; }

    public required ConcurrentQueue<Received> Calls { get; init; }

    public required ConcurrentQueue<string> Cancelled { get; init; }

    public required ConcurrentQueue<ReceivedHttp> Requests { get; init; }

    public static async Task<MatrixBackend> StartAsync()
    {
        var calls = new ConcurrentQueue<Received>();
        var cancelled = new ConcurrentQueue<string>();
        var requests = new ConcurrentQueue<ReceivedHttp>();
        var (grpc, http) = (FreePort(), FreePort());
        MatrixBackend? backend = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, grpc, o =>
            {
                o.Protocols = HttpProtocols.Http2;
                o.Use(next => async connection =>
                {
                    Interlocked.Increment(ref backend!._grpcConnections);
                    await next(connection);
                    Interlocked.Decrement(ref backend._grpcConnections);
                });
            });
            kestrel.Listen(IPAddress.Loopback, http, o => o.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new MatrixService(calls, cancelled));
        var app = builder.Build();
        app.UseRouting();
        app.MapGrpcService<MatrixService>();
        app.MapFallback(context => HttpAsync(context, requests, cancelled));
        backend = new MatrixBackend(app, grpc, http) { Calls = calls, Cancelled = cancelled, Requests = requests };
        await app.StartAsync();
        return backend;
    }

    /// <summary>
    /// A port of the loopback interface that nothing listens on at this moment, and that was not given out before. It lies below those that systems give to
    /// clients: one of them could take it before the test does.
    /// </summary>
    public static int FreePort()
    {
        const int First = 10_000, Count = 22_000;
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _ports) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it; the next one.
            }
        }
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // /items/{id}: the item; POST /items: 201 with the body back; /items/broken: an error page; /items/slow: nothing until the caller goes; anything else 404 JSON.
    private static async Task HttpAsync(HttpContext context, ConcurrentQueue<ReceivedHttp> requests, ConcurrentQueue<string> cancelled)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var headers = context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString());
        var path = context.Request.Path.Value!;
        requests.Enqueue(new(context.Request.Method, path + context.Request.QueryString, headers, body));
        var response = context.Response;
        response.Headers["x-backend"] = "items";
        if (path == "/base/items/broken")
        {
            response.StatusCode = 500;
            response.ContentType = "text/html";
            await response.WriteAsync("<h1>secret stack trace</h1>");
        }
        else if (path == "/base/items/slow")
        {
            await Task.Delay(TimeSpan.FromSeconds(20), context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            cancelled.Enqueue("slow");
        }
        else if (path.StartsWith("/base/items", StringComparison.Ordinal))
        {
            response.StatusCode = context.Request.Method == "POST" ? 201 : 200;
            response.ContentType = "application/json";
            if (headers.ContainsKey("x-known-length"))
                response.ContentLength = System.Text.Encoding.UTF8.GetByteCount(body);
            await response.WriteAsync(body.Length > 0 ? body : $$"""{"id":"{{path.Split('/')[^1]}}"}""");
        }
        else
        {
            response.StatusCode = 404;
        }
    }
}
