using System.Collections;

namespace ProtocolGateway.Config;

/// <summary>What reading a configuration yields: the bound document and everything that is wrong with it.</summary>
/// <param name="Config">The document; what was wrong has its default. Null where the file cannot be read at all.</param>
/// <param name="Errors">All errors, in the order of the file; it may be used only where there is none.</param>
public sealed record ConfigResult(GatewayConfig? Config, IReadOnlyList<ConfigError> Errors);

/// <summary>Reads, overrides, binds and validates: one call, all errors.</summary>
public static class ConfigLoader
{
    /// <summary>Reads a file; paths in it are relative to its directory.</summary>
    /// <param name="file">As the user named it; errors repeat it.</param>
    /// <param name="environment">The environment variables, as <see cref="Environment.GetEnvironmentVariables()"/> gives them.</param>
    public static ConfigResult Load(string file, IDictionary environment)
    {
        try
        {
            using var text = new StreamReader(file);
            return Load(file, text, Path.GetDirectoryName(Path.GetFullPath(file))!, environment);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new ConfigResult(null, [new ConfigError(new ConfigPosition(file, 1, 1), "", "The file cannot be read: " + e.Message)]);
        }
    }

    /// <summary>Reads a text.</summary>
    public static ConfigResult Load(string source, TextReader text, string baseDirectory, IDictionary environment)
    {
        var errors = new List<ConfigError>();
        var root = ConfigParser.Parse(source, text, errors);
        if (root is not MappingNode map)
        {
            if (root is not null)
                errors.Add(new ConfigError(root.Position, "", "The document must be an object with the keys listen, admin, services, edges, limits, shutdown."));
            return new ConfigResult(null, errors);
        }

        EnvironmentOverrides.Apply(map, environment, errors);
        var binder = new ConfigBinder(baseDirectory, errors);
        var config = binder.Bind(map);
        ConfigValidator.Validate(config, binder, errors);
        return new ConfigResult(config, [.. errors.OrderBy(e => e.Position.Line == 0).ThenBy(e => e.Position.Line).ThenBy(e => e.Position.Column)]);
    }
}
