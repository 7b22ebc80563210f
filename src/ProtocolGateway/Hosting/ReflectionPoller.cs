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
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>What services have told, by service name.</summary>
    public IReadOnlyDictionary<string, ContractContent> Told => _told;

    /// <summary>Which have not told anything yet, and why.</summary>
    public IReadOnlyDictionary<string, string> Missing => _missing;

    /// <summary>Follows the services of that configuration instead of those before.</summary>
    public void Follow(GatewayConfig config)
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

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task PollAsync(string name, ServiceConfig service, CancellationToken cancel)
    {
        var address = new Uri(service.Reflection!.Address ?? service.Upstream.Instances[0].Address);
        var retry = FirstRetry;
        if (!_told.ContainsKey(name))
            _missing[name] = "Reflection has not answered yet.";
        while (!cancel.IsCancellationRequested)
        {
            var content = await ContractLoader.LoadReflectionAsync(address, cancel);
            cancel.ThrowIfCancellationRequested();
            var delay = service.Reflection.Interval;
            if (content.Operations.Count == 0)
            {
                var why = content.Diagnostics.Count > 0 ? content.Diagnostics[0].Message : "It offers no operation.";
                if (!_told.ContainsKey(name))
                    _missing[name] = why;
                GatewayLog.ReflectionFailed(_logger, name, address, why);
                delay = retry < delay ? retry : delay;
                retry *= 2;
            }
            else
            {
                retry = FirstRetry;
                if (!_told.TryGetValue(name, out var before) || Fingerprint(before) != Fingerprint(content))
                {
                    _told[name] = content;
                    _missing.TryRemove(name, out _);
                    GatewayLog.ReflectionChanged(_logger, name, address);
                    changed();
                }
            }

            await Task.Delay(delay, services.Time, cancel);
        }
    }

    // Rebuilding drops warm connections, so only what changes the surface counts: operations, rules, fields and their types.
    private static int Fingerprint(ContractContent content)
    {
        var hash = new HashCode();
        foreach (var operation in content.Operations)
        {
            hash.Add(operation.FullName);
            hash.Add(operation.Shape);
            hash.Add(operation.Input.FullName);
            foreach (var rule in operation.HttpRules)
                hash.Add((rule.Method, rule.Template, rule.Body, rule.ResponseBody));
        }

        foreach (var type in content.Types.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => t.Value))
        {
            hash.Add(type.FullName);
            foreach (var field in type.Fields)
                hash.Add((field.Name, field.JsonName, field.Number, field.Type.ToString()));
        }

        return hash.ToHashCode();
    }
}
