using ProtocolGateway.Config;

namespace ProtocolGateway.Hosting;

/// <summary>The files whose change is a reason to load anew: the configuration, and what it names.</summary>
internal static class WatchedFiles
{
    // They are looked at every second; a tree larger than this is reloaded by SIGHUP.
    private const int MostInTree = 10_000;

    private static readonly EnumerationOptions Tree = new() { RecurseSubdirectories = true, MaxRecursionDepth = 16, MatchCasing = MatchCasing.CaseInsensitive };
    private static readonly EnumerationOptions Flat = new() { MatchCasing = MatchCasing.CaseInsensitive };

    /// <summary>The files in an order that does not change; some may not be there.</summary>
    public static IEnumerable<string> Of(string configFile, GatewayConfig config)
    {
        yield return configFile;
        var graphql = config.Edges.Graphql;
        foreach (var join in graphql.Joins)
            yield return join;
        if (graphql.Manifest is { } manifest)
            yield return manifest;
        foreach (var service in config.Services.Values)
        {
            foreach (var file in service.Contract.SelectMany(OfContract).Concat(service.HttpRules).Concat(service.Graphql.Joins).Concat(service.Imports.SelectMany(d => Protos(d, Tree))))
                yield return file;
            if (service.Upstream.Tls?.Ca is { } ca)
                yield return ca;
        }
    }

    // A source imports its neighbours; those in other directories are found where imports names these.
    private static IEnumerable<string> OfContract(string path)
    {
        if (Directory.Exists(path))
            return Protos(path, Tree);
        return Path.GetExtension(path).Equals(".proto", StringComparison.OrdinalIgnoreCase) ? Protos(Path.GetDirectoryName(path)!, Flat).Prepend(path) : [path];
    }

    private static List<string> Protos(string directory, EnumerationOptions options)
    {
        try
        {
            return Directory.EnumerateFiles(directory, "*.proto", options).Take(MostInTree).Order(StringComparer.Ordinal).ToList();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
