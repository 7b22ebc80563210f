using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace ProtocolGateway.TestKit.Backends;

/// <summary>A call of gRPC as its bytes were.</summary>
public sealed record ReceivedBytes(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>A gRPC service that reads no message: it keeps each request as its bytes came, and answers with the same bytes in the same encoding.</summary>
public sealed class EchoBackend : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoBackend(WebApplication app, int port) => (_app, Port) = (app, port);

    public int Port { get; }

    public ConcurrentQueue<ReceivedBytes> Calls { get; } = new();

    public static async Task<EchoBackend> StartAsync()
    {
        var port = MatrixBackend.FreePort();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, static o => o.Protocols = HttpProtocols.Http2));
        var backend = new EchoBackend(builder.Build(), port);
        backend._app.Run(backend.AnswerAsync);
        await backend._app.StartAsync();
        return backend;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Calls.Enqueue(new(context.Request.Path, context.Request.Headers.ToDictionary(static h => h.Key.ToLowerInvariant(), static h => h.Value.ToString()), body.ToArray()));
        context.Response.ContentType = "application/grpc";
        if (context.Request.Headers.GrpcEncoding is { Count: > 0 } encoding)
            context.Response.Headers.GrpcEncoding = encoding;
        await context.Response.Body.WriteAsync(body.ToArray());
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
