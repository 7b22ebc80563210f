using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Proto;

namespace ProtocolGateway.Hosting;

/// <summary>
/// The files whose change is a reason to load anew: the configuration, what it names, and what sources import. They are looked at every second, so
/// what is imported is found out once for each configuration; only directories that are contracts themselves are listed each time.
/// </summary>
/// <param name="configFile">The configuration's file.</param>
/// <param name="current">The configuration that runs; each reload makes another.</param>
internal sealed class WatchedFiles(string configFile, Func<GatewayConfig> current)
{
    // A tree larger than this is reloaded by SIGHUP.
    private const int MostInTree = 10_000;

    private static readonly EnumerationOptions Tree = new() { RecurseSubdirectories = true, MaxRecursionDepth = 16, MatchCasing = MatchCasing.CaseInsensitive };

    private GatewayConfig? _known;
    private string[] _imports = [];

    /// <summary>The files in an order that does not change; some may not be there. Not for concurrent calls.</summary>
    public IEnumerable<string> List()
    {
        var config = current();
        if (!ReferenceEquals(config, _known))
            (_known, _imports) = (config, [.. config.Services.Values.SelectMany(ImportsOf)]);
        var graphql = config.Edges.Graphql;
        string?[] named = [configFile, .. graphql.Joins, graphql.Manifest, graphql.TrustedDocuments, config.Edges.Grpc.Manifest];
        return [.. named.OfType<string>(), .. config.Services.Values.SelectMany(Named), .. _imports];
    }

    private static IEnumerable<string> Named(ServiceConfig service)
    {
        var files = service.Contract.SelectMany(OfContract).Concat(service.HttpRules).Concat(service.Graphql.Joins);
        return service.Upstream.Tls?.Ca is { } ca ? files.Append(ca) : files;
    }

    private static IReadOnlyList<string> ImportsOf(ServiceConfig service)
    {
        var sources = service.Contract.SelectMany(OfContract).Where(file => Path.GetExtension(file).Equals(".proto", StringComparison.OrdinalIgnoreCase));
        return ProtoSourceReader.FindImports([.. sources], service.Imports);
    }

    private static IReadOnlyList<string> OfContract(string path)
    {
        if (!Directory.Exists(path))
            return [path];
        try
        {
            return [.. Directory.EnumerateFiles(path, "*.proto", Tree).Take(MostInTree).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
