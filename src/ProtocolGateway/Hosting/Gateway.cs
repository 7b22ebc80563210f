using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Telemetry;

namespace ProtocolGateway.Hosting;

/// <summary>The running gateway: holds the current snapshot and replaces it.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    // More lines than this help nobody in a log; `check` prints them all.
    private const int MaxLoggedDiagnostics = 50;

    private readonly SnapshotServices _services;
    private readonly ILogger _logger;
    private readonly ReflectionPoller _reflection;
    private readonly Lock _swap = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _draining = new();
    private GatewaySnapshot _current;
    private volatile bool _closed;

    public Gateway(GatewayConfig config, SnapshotServices services)
    {
        _services = services with { Stopping = _ending.Token, Draining = _draining.Token };
        _logger = services.Loggers.CreateLogger("ProtocolGateway");
        _reflection = new ReflectionPoller(_services, Rebuild);
        _current = Build(config);
        LogDiagnostics(_current);
        _reflection.Follow(config);
    }

    public GatewaySnapshot Current => Volatile.Read(ref _current);

    /// <summary>Services that reflection has not told of yet, and why.</summary>
    public IReadOnlyDictionary<string, string> MissingReflection => _reflection.Missing;

    /// <summary>True once the program has been told to stop: calls under way still end, no new ones should be sent.</summary>
    public bool IsStopping => _draining.IsCancellationRequested;

    /// <summary>Makes readiness say so, and gRPC's health.</summary>
    public void BeginStop() => _draining.Cancel();

    /// <summary>Ends what has no end of its own: subscriptions, and the WebSockets that they run on once their queries are answered.</summary>
    public Task EndStreamsAsync() => _ending.CancelAsync();

    /// <summary>Answers one request on the current snapshot.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        var snapshot = Current;
        while (!snapshot.TryEnter())
        {
            // The last snapshot is closed only when the program ends; there is none to wait for then.
            if (_closed)
            {
                context.Abort();
                return;
            }

            snapshot = Current;
        }

        try
        {
            await snapshot.ServeAsync(context);
        }
        catch (Exception e)
        {
            // Edges never throw; should one, the client must not take the rest for a whole answer.
            GatewayLog.EdgeFailed(_logger, e);
            context.Abort();
        }
        finally
        {
            // A socket lives on without its request, and the snapshot with it.
            if (!ConnectionHandover.TryFollow(context, snapshot.LeaveAsync))
                await snapshot.LeaveAsync();
        }
    }

    /// <summary>Reads the file anew and swaps, or keeps what runs and says why. Never throws.</summary>
    public void Reload(string file) => Reload(() => ConfigLoader.Load(file, Environment.GetEnvironmentVariables()));

    /// <summary>Takes what is loaded, or keeps what runs and says why. Never throws: it is called by a timer and a signal, whose exceptions end the program.</summary>
    internal void Reload(Func<ConfigResult> load)
    {
        try
        {
            Take(load());
        }
        catch (Exception e)
        {
            GatewayLog.ReloadFailed(_logger, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _reflection.DisposeAsync();
        _closed = true;
        await Current.LeaveAsync();
        _ending.Dispose();
        _draining.Dispose();
    }

    /// <summary>Builds the running configuration anew, with what services have told since.</summary>
    internal void Rebuild() => Swap(null);

    private void Take(ConfigResult result)
    {
        if (result.Config is null || result.Errors.Count > 0)
        {
            foreach (var error in result.Errors)
                GatewayLog.ReloadRefused(_logger, error.ToString());
            return;
        }

        var running = Current.Config;
        if (!running.Listen.SequenceEqual(result.Config.Listen) || running.Admin != result.Config.Admin || running.Limits.MaxHeaderBytes != result.Config.Limits.MaxHeaderBytes)
            GatewayLog.NeedsRestart(_logger);
        if (Swap(result.Config))
            _reflection.Follow(result.Config);
    }

    // Without a configuration, the one that runs: read under the lock, for a reload that is under way may be about to replace it.
    private bool Swap(GatewayConfig? config)
    {
        lock (_swap)
        {
            GatewaySnapshot next;
            try
            {
                next = Build(config ?? Current.Config);
            }
            catch (Exception e)
            {
                GatewayLog.ReloadRefused(_logger, e.Message);
                return false;
            }

            LogDiagnostics(next);
            var old = Interlocked.Exchange(ref _current, next);
            old.Retire();
            _ = old.LeaveAsync().AsTask();
            return true;
        }
    }

    private GatewaySnapshot Build(GatewayConfig config)
    {
        var started = _services.Time.GetTimestamp();
        var snapshot = new GatewaySnapshot(config, CatalogBuilder.Build(config, _reflection.Told), _services);
        GatewayLog.Loaded(
            _logger, snapshot.Loaded.Catalog.Services.Count, snapshot.Loaded.Catalog.OperationCount, snapshot.Loaded.Routes.Routes.Count, _services.Time.GetElapsedTime(started).TotalMilliseconds);
        return snapshot;
    }

    private void LogDiagnostics(GatewaySnapshot snapshot)
    {
        var worth = snapshot.Loaded.Catalog.Diagnostics.Where(d => d.Severity != Severity.Info).OrderByDescending(d => d.Severity).ToList();
        foreach (var diagnostic in worth.Take(MaxLoggedDiagnostics))
            GatewayLog.ContractProblem(_logger, diagnostic.ToString());
        if (worth.Count > MaxLoggedDiagnostics)
            GatewayLog.ContractProblem(_logger, $"and {worth.Count - MaxLoggedDiagnostics} more; protocol-gateway check prints them all");
    }
}
