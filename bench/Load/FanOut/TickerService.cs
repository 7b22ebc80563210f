using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Load.V1;

namespace ProtocolGateway.Load.FanOut;

/// <summary>The backend of the fan-out: a server stream.</summary>
/// <param name="ticker">What is told.</param>
internal sealed class TickerService(Ticker ticker) : V1.Ticker.TickerBase
{
    /// <summary>Starts it, HTTP/2 in clear text.</summary>
    public static async Task<WebApplication> StartAsync(int port, Ticker ticker, CancellationToken stop)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.ConfigureKestrel(static o => o.ConfigureEndpointDefaults(static e => e.Protocols = HttpProtocols.Http2));
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(ticker);
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.MapGrpcService<TickerService>();
        await app.StartAsync(stop);
        return app;
    }

    /// <inheritdoc />
    public override async Task Watch(WatchRequest request, IServerStreamWriter<Tick> responseStream, ServerCallContext context)
    {
        var stream = ticker.Open();
        try
        {
            await foreach (var tick in stream.Reader.ReadAllAsync(context.CancellationToken))
                await responseStream.WriteAsync(tick, context.CancellationToken);
        }
        catch (Exception gone) when (gone is OperationCanceledException or InvalidOperationException or IOException)
        {
            // Whoever was measured has ended.
        }
        finally
        {
            ticker.Close(stream);
        }
    }
}
