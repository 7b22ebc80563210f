using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Telemetry;

namespace ProtocolGateway.Hosting;

/// <summary>Asks services for their contracts: at start, again until they answer, and from then on at their interval.</summary>
/// <param name="services">Clock and loggers.</param>
/// <param name="changed">Called after <see cref="Told"/> has changed.</param>
internal sealed class ReflectionPoller(SnapshotServices services, Action changed) : IAsyncDisposable
{
    // A service that is just starting should be served soon; one that is down for long should not fill the log.
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = services.Loggers.CreateLogger("ProtocolGateway.Reflection");
    private readonly ConcurrentDictionary<string, ContractContent> _told = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _missing = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>What services have told, by service name.</summary>
    public IReadOnlyDictionary<string, ContractContent> Told => _told;

    /// <summary>Which have not told anything yet, and why.</summary>
    public IReadOnlyDictionary<string, string> Missing => _missing;

    /// <summary>Follows the services of that configuration instead of those before.</summary>
    public void Follow(GatewayConfig config)
    {
        lock (_lock)
        {
            _stop.Cancel();
            _stop = new CancellationTokenSource();
            foreach (var name in _told.Keys.Union(_missing.Keys).Where(n => !config.Services.TryGetValue(n, out var s) || s.Reflection is null))
            {
                _told.TryRemove(name, out _);
                _missing.TryRemove(name, out _);
            }

            var token = _stop.Token;
            _running = Task.WhenAll(config.Services.Where(s => s.Value.Reflection is not null).Select(s => Task.Run(() => PollAsync(s.Key, s.Value, token), token)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task PollAsync(string name, ServiceConfig service, CancellationToken cancel)
    {
        var address = new Uri(service.Reflection!.Address ?? service.Upstream.Instances[0].Address);
        var interval = service.Reflection.Interval;
        var retry = FirstRetry < interval ? FirstRetry : interval;
        if (!_told.ContainsKey(name))
            _missing[name] = "Reflection has not answered yet.";
        while (true)
        {
            var (content, why) = await AskAsync(address, cancel);
            if (content is not null)
            {
                retry = FirstRetry;
                if (Take(name, content, cancel))
                {
                    GatewayLog.ReflectionChanged(_logger, name, address);
                    changed();
                }
            }
            else
            {
                if (!_told.ContainsKey(name))
                    _missing[name] = why;
                GatewayLog.ReflectionFailed(_logger, name, address, why);
            }

            await Task.Delay(content is null ? retry : interval, services.Time, cancel);
            if (content is null)
                retry = retry * 2 < interval ? retry * 2 : interval;
        }
    }

    // The content, or why there is none.
    private static async Task<(ContractContent? Content, string Why)> AskAsync(Uri address, CancellationToken cancel)
    {
        try
        {
            var content = await ContractLoader.LoadReflectionAsync(address, cancel);
            if (content.Operations.Count > 0)
                return (content, "");
            return (null, content.Diagnostics.Count > 0 ? content.Diagnostics[0].Message : "It offers no operation.");
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            // Readers do not throw for bad input; a bug in one must not be the end of the asking.
            return (null, e.Message);
        }
    }

    // True where it is new or has changed. Who is not followed any more has nothing to tell.
    private bool Take(string name, ContractContent content, CancellationToken cancel)
    {
        lock (_lock)
        {
            if (cancel.IsCancellationRequested || (_told.TryGetValue(name, out var before) && ContractFingerprint.Of(before) == ContractFingerprint.Of(content)))
                return false;
            _told[name] = content;
            _missing.TryRemove(name, out _);
            return true;
        }
    }
}
