using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Config;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Envelope.Telemetry;
using ProtocolGateway.Telemetry;

namespace ProtocolGateway.Hosting;

/// <summary>Composes the program and runs it until it is told to stop.</summary>
public static class GatewayHost
{
    /// <summary>How long calls under way may take to end; below the 10 s that docker and the 30 s that Kubernetes wait before they kill.</summary>
    public static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(8);

    /// <summary>Runs a valid configuration.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="file">Its file, for reloads; null where there is none.</param>
    /// <param name="level">The least level that is logged.</param>
    /// <param name="onStarted">Called when both listeners answer.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The exit code: 1 where a listener's address is taken or a certificate cannot be read.</returns>
    public static async Task<int> RunAsync(GatewayConfig config, string? file, LogLevel level, Action? onStarted, CancellationToken cancel)
    {
        using var meter = new Meter(TelemetryNames.Source);
        var certificates = new ListenerCertificate?[config.Listen.Count];
        for (var i = 0; i < certificates.Length; i++)
        {
            if (config.Listen[i].Certificate is null)
                continue;
            // The validator has read them before; a file that was replaced by a bad one since is as good a reason to stop.
            certificates[i] = ListenerCertificate.Load(config.Listen[i], out var problem);
            if (certificates[i] is not null)
                continue;
            await Console.Error.WriteLineAsync($"error: listen[{i}].{problem.Key}: {problem.Message}");
            return 1;
        }

        var started = false;
        await using var app = Build(config, certificates, builder => ConfigureLogging(builder, level, () => started));
        var loggers = app.Services.GetRequiredService<ILoggerFactory>();
        var logger = loggers.CreateLogger("ProtocolGateway");
        await using var gateway = new Gateway(config, new SnapshotServices(meter, loggers, TimeProvider.System, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), ReferencePage.Build(app)));
        // One terminal delegate: whatever a middleware would do per request, an edge or the spine does where it knows the operation.
        ((IApplicationBuilder)app).Run(gateway.ServeAsync);
        await using var admin = config.Admin is null ? null : AdminHost.Build(config.Admin, gateway, builder => ConfigureLogging(builder, level, () => started));
        // Before anyone can know that the program runs: a SIGHUP that nobody takes would end it.
        using var reload = file is null ? null : new FileWatcher(new WatchedFiles(file, () => gateway.Current.Config).List, () => gateway.Reload(file), TimeProvider.System);
        try
        {
            await app.StartAsync(cancel);
            if (admin is not null)
                await admin.StartAsync(cancel);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await Console.Error.WriteLineAsync("error: " + WhyNotListening(config, e));
            return 1;
        }

        started = true;
        if (!CleartextHttp2.IsSupported && config.Listen.Any(l => l.Certificate is null))
            GatewayLog.NoCleartextHttp2(logger);
        GatewayLog.Listening(logger, string.Join(", ", config.Listen.Select(l => l.Url)));
        onStarted?.Invoke();
        await WaitAsync(cancel);
        reload?.Dispose();
        await StopAsync(gateway, app, admin, logger);
        return 0;
    }

    private static async Task StopAsync(Gateway gateway, WebApplication app, WebApplication? admin, ILogger logger)
    {
        // Readiness says at once that the gateway is going, and can be asked while calls end.
        gateway.BeginStop();
        if (gateway.Current.Config.Shutdown.DrainDelay is var delay && delay > TimeSpan.Zero)
        {
            GatewayLog.Draining(logger, delay.TotalSeconds);
            await Task.Delay(delay, TimeProvider.System);
        }

        using var patience = new CancellationTokenSource(ShutdownPatience);
        GatewayLog.Stopping(logger);
        // The public side first, and there first what would hold its connections open for ever.
        await gateway.EndStreamsAsync();
        await app.StopAsync(patience.Token);
        if (admin is not null)
            await admin.StopAsync(patience.Token);
    }

    private static async Task WaitAsync(CancellationToken cancel)
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
        }
        catch (OperationCanceledException)
        {
            // The one way out.
        }
    }

    // The framework names the address only where it is taken; the cause of any other refusal (no permission, not an address of this machine) is the
    // innermost message.
    private static string WhyNotListening(GatewayConfig config, Exception e) => e is IOException
        ? e.Message
        : $"Cannot listen on {string.Join(", ", config.Listen.Select(l => l.Url).Append(config.Admin?.Url).OfType<string>())}: {e.GetBaseException().Message}.";

    private static WebApplication Build(GatewayConfig config, ListenerCertificate?[] certificates, Action<ILoggingBuilder> logging)
    {
        // Empty: settings come from our own file only, never from ASPNETCORE_URLS or an appsettings.json that happens to lie about.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        logging(builder.Logging);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.RequestHeaderEncodingSelector = ConnectionHeader.Select;
            // Backends' values are read as Latin-1 too, so that their bytes go out as they came in.
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            // The edges bound messages themselves: a stream's body as a whole has no bound.
            kestrel.Limits.MaxRequestBodySize = null;
            SetHeaderLimits(kestrel.Limits, (int)config.Limits.MaxHeaderBytes);
            // Long client streams may pause; their deadline ends them, not a data rate.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            for (var i = 0; i < config.Listen.Count; i++)
                Listen(kestrel, new Uri(config.Listen[i].Url), certificates[i]);
        });
        return builder.Build();
    }

    // Kestrel refuses to start where a head would not fit its buffer.
    private static void SetHeaderLimits(KestrelServerLimits limits, int most)
    {
        limits.MaxRequestHeadersTotalSize = most;
        limits.Http2.MaxRequestHeaderFieldSize = most;
        limits.MaxRequestLineSize = Math.Max(most, 8 * 1024);
        limits.MaxRequestBufferSize = Math.Max(limits.MaxRequestBufferSize ?? 0, limits.MaxRequestLineSize);
    }

    /// <summary>Log lines of one line each on the console; the framework's own only where they warn, and only after the start: why a listener could not
    /// be started is told in one line of ours, not in its stack traces.</summary>
    internal static void ConfigureLogging(ILoggingBuilder logging, LogLevel level, Func<bool> started)
    {
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", at => at >= LogLevel.Warning && (at < LogLevel.Error || started()));
        // What clients do to their own connections, such as opening and cancelling without end: as critical as anything to Kestrel, in a line for each of their frames.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Http2", LogLevel.None);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.TimestampFormat = "HH:mm:ss.fff ";
            o.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
    }

    /// <summary>Binds the URL's host, an address or localhost; configurations with other names are not valid.</summary>
    internal static void Listen(KestrelServerOptions kestrel, Uri url, ListenerCertificate? certificate)
    {
        void Configure(ListenOptions options)
        {
            if (certificate is not null)
            {
                options.Protocols = HttpProtocols.Http1AndHttp2;
                options.UseHttps(https => (https.ServerCertificate, https.ServerCertificateChain) = (certificate.Own, certificate.Chain));
            }
            else
            {
                options.UseCleartextHttp2();
            }

            ConnectionHandover.UseOn(options);
        }

        if (url.HostNameType == UriHostNameType.Dns)
            kestrel.ListenLocalhost(url.Port, Configure);
        else
            kestrel.Listen(IPAddress.Parse(url.DnsSafeHost), url.Port, Configure);
    }

    // The command line owns the signals; a host lifetime of its own would answer them a second time.
    internal sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
