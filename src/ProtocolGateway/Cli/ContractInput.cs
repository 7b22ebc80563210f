using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Cli;

/// <summary>What check, explain and export work on: a configuration, or bare contracts in place of one.</summary>
internal static class ContractInput
{
    // Someone waits at the terminal for it; a service that runs answers in milliseconds.
    private static readonly TimeSpan ReflectionPatience = TimeSpan.FromSeconds(10);

    /// <summary>The configuration that was asked for, and the errors in it.</summary>
    public static ConfigResult Read(string? configFile, IReadOnlyList<string> contracts, IReadOnlyList<string> imports)
    {
        if (configFile is null && contracts.Count == 0)
            return new ConfigResult(null, [new ConfigError(new ConfigPosition("command line", 0, 0), "", "--config FILE or --contract FILE is needed.")]);
        if (configFile is null)
            return new ConfigResult(OfContracts(contracts, imports), []);
        var result = ConfigLoader.Load(configFile, Environment.GetEnvironmentVariables());
        if (result.Config is null || contracts.Count == 0)
            return result;
        var services = new OrderedDictionary<string, ServiceConfig>(StringComparer.Ordinal);
        foreach (var (name, service) in result.Config.Services.Concat(OfContracts(contracts, imports).Services))
            services.TryAdd(name, service);
        return result with { Config = result.Config with { Services = services } };
    }

    /// <summary>Loads all contracts, reflection included.</summary>
    public static async Task<LoadedCatalog> LoadAsync(GatewayConfig config, CancellationToken cancel)
    {
        var asked = config.Services.Where(s => s.Value.Reflection is not null).Select(async s =>
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(ReflectionPatience);
            var address = new Uri(s.Value.Reflection!.Address ?? s.Value.Upstream.Instances[0].Address);
            try
            {
                return (s.Key, Content: await ContractLoader.LoadReflectionAsync(address, limit.Token));
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                var why = new Diagnostic(Severity.Error, new SourceLocation(address.ToString(), ""), $"The service did not answer reflection within {ReflectionPatience.TotalSeconds:0} s.");
                return (s.Key, Content: new ContractContent([], new Dictionary<string, MessageType>(), [why]));
            }
        });
        var told = await Task.WhenAll(asked);
        return CatalogBuilder.Build(config, told.ToDictionary(t => t.Key, t => t.Content, StringComparer.Ordinal));
    }

    /// <summary>Writes the errors of a configuration, one a line.</summary>
    /// <returns>True where there are some.</returns>
    public static bool Report(ConfigResult result, TextWriter errors)
    {
        foreach (var error in result.Errors)
            errors.WriteLine(error);
        return result.Errors.Count > 0 || result.Config is null;
    }

    // Each contract is a service of its own, named after its file, so that two OpenAPI documents keep apart; .proto files that import each other
    // are loaded together as one.
    private static GatewayConfig OfContracts(IReadOnlyList<string> contracts, IReadOnlyList<string> imports)
    {
        var services = new OrderedDictionary<string, ServiceConfig>(StringComparer.Ordinal);
        foreach (var group in contracts.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal).GroupBy(NameOf))
        {
            var http = Path.GetExtension(group.First()).ToLowerInvariant() is ".json" or ".yaml" or ".yml";
            services[group.Key] = new ServiceConfig
            {
                Contract = [.. group],
                Imports = [.. imports.Select(Path.GetFullPath)],
                Upstream = new UpstreamConfig { Protocol = http ? UpstreamProtocol.Http : UpstreamProtocol.Grpc },
            };
        }

        return new GatewayConfig { Services = services };
    }

    private static string NameOf(string path)
    {
        if (Path.GetExtension(path) == ".proto")
            return "protos";
        var name = Path.GetFileNameWithoutExtension(path);
        return name.EndsWith(".openapi", StringComparison.OrdinalIgnoreCase) ? name[..^".openapi".Length] : name;
    }
}
