using System.Diagnostics.Metrics;
using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Config;
using ProtocolGateway.Envelope.Telemetry;
using ProtocolGateway.Telemetry;

namespace ProtocolGateway.Hosting;

/// <summary>Composes the program and runs it until it is told to stop.</summary>
public static class GatewayHost
{
    // Below the 10 s that docker and the 30 s that Kubernetes wait before they kill.
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(8);

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
        WebApplication app;
        try
        {
            app = Build(config, level);
        }
        catch (Exception e) when (e is IOException or System.Security.Cryptography.CryptographicException or UnauthorizedAccessException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"error: The certificate of a listener cannot be read: {e.Message}");
            return 1;
        }

        await using var disposing = app;
        var loggers = app.Services.GetRequiredService<ILoggerFactory>();
        var logger = loggers.CreateLogger("ProtocolGateway");
        await using var gateway = new Gateway(config, new SnapshotServices(meter, loggers, TimeProvider.System, ReferencePage.Build(app)));
        // One terminal delegate: whatever a middleware would do per request, an edge or the spine does where it knows the operation.
        ((IApplicationBuilder)app).Run(gateway.ServeAsync);
        await using var admin = config.Admin is null ? null : AdminHost.Build(config.Admin, gateway, level);
        try
        {
            await app.StartAsync(cancel);
            if (admin is not null)
                await admin.StartAsync(cancel);
        }
        catch (IOException e)
        {
            await Console.Error.WriteLineAsync("error: " + e.Message);
            return 1;
        }

        GatewayLog.Listening(logger, string.Join(", ", config.Listen.Select(l => l.Url)));
        onStarted?.Invoke();
        using (var reload = file is null ? null : new ConfigWatcher(file, () => gateway.Reload(file), TimeProvider.System))
            await WaitAsync(cancel);

        using var patience = new CancellationTokenSource(ShutdownPatience);
        // The public side first, so that readiness can still be seen while calls end.
        await app.StopAsync(patience.Token);
        if (admin is not null)
            await admin.StopAsync(patience.Token);
        return 0;
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

    private static WebApplication Build(GatewayConfig config, LogLevel level)
    {
        // Empty: settings come from our own file only, never from ASPNETCORE_URLS or an appsettings.json that happens to lie about.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        ConfigureLogging(builder.Logging, level);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        var certificates = config.Listen.Select(LoadCertificate).ToArray();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The edges bound messages themselves: a stream's body as a whole has no bound.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = (int)config.Limits.MaxHeaderBytes;
            kestrel.Limits.MaxRequestLineSize = (int)Math.Max(config.Limits.MaxHeaderBytes, 8 * 1024);
            // Long client streams may pause; their deadline ends them, not a data rate.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            for (var i = 0; i < config.Listen.Count; i++)
                Listen(kestrel, new Uri(config.Listen[i].Url), certificates[i]);
        });
        return builder.Build();
    }

    /// <summary>Log lines of one line each on the console; the framework's own only where they warn.</summary>
    internal static void ConfigureLogging(ILoggingBuilder logging, LogLevel level)
    {
        logging.SetMinimumLevel(level);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("System", LogLevel.Warning);
        logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.TimestampFormat = "HH:mm:ss.fff ";
            o.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
    }

    /// <summary>Binds the URL's host: an address, localhost, or every address for anything else.</summary>
    internal static void Listen(KestrelServerOptions kestrel, Uri url, X509Certificate2? certificate)
    {
        void Configure(ListenOptions options)
        {
            if (certificate is not null)
            {
                options.Protocols = HttpProtocols.Http1AndHttp2;
                options.UseHttps(certificate);
            }
            else
            {
                options.UseCleartextHttp2();
            }
        }

        if (url.IsLoopback && url.HostNameType == UriHostNameType.Dns)
            kestrel.ListenLocalhost(url.Port, Configure);
        else if (IPAddress.TryParse(url.DnsSafeHost, out var address))
            kestrel.Listen(address, url.Port, Configure);
        else
            kestrel.ListenAnyIP(url.Port, Configure);
    }

    private static X509Certificate2? LoadCertificate(ListenerConfig listener)
    {
        if (listener.Certificate is null)
            return null;
        var certificate = X509Certificate2.CreateFromPemFile(listener.Certificate, listener.Key);
        if (!RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            return certificate;
        // SChannel does not take keys that live in memory only.
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    // The command line owns the signals; a host lifetime of its own would answer them a second time.
    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
