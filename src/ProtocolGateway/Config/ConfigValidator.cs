using System.Buffers;

namespace ProtocolGateway.Config;

/// <summary>The rules that no single value can break: what must stand together, and what must differ.</summary>
internal static class ConfigValidator
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly SearchValues<char> PatternCharacters = SearchValues.Create("{}?#*% ");

    /// <summary>Adds what is wrong to the errors.</summary>
    public static void Validate(GatewayConfig config, ConfigBinder binder, List<ConfigError> errors)
    {
        void Report(string path, string message)
        {
            // A value that could not be bound has been reported already; what follows from its default would only confuse.
            if (!errors.Any(e => e.Path.StartsWith(path, StringComparison.Ordinal) || (e.Path.Length > 0 && path.StartsWith(e.Path, StringComparison.Ordinal))))
                errors.Add(new ConfigError(binder.PositionOf(path), path, message));
        }

        if (config.Services.Count == 0)
            Report("services", "There is no service; the gateway would have nothing to answer.");
        if (config.Listen.Count == 0)
            Report("listen", "There is no listener.");
        var urls = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < config.Listen.Count; i++)
        {
            var path = $"listen[{i}]";
            var listener = config.Listen[i];
            CheckUrl(listener.Url, path);
            var https = listener.Url.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
            if (https && (listener.Certificate is null || listener.Key is null))
                Report(path, "An https listener needs certificate and key.");
            if (!https && (listener.Certificate ?? listener.Key) is not null)
                Report(path, "certificate and key belong to an https listener; this URL is http.");
            // Read here so that a wrong file is told with the other errors, and before anything listens.
            if (https && File.Exists(listener.Certificate) && File.Exists(listener.Key) && ListenerCertificate.Load(listener, out var problem) is null)
                Report($"{path}.{problem.Key}", problem.Message);
        }

        if (config.Admin is { } admin)
            CheckUrl(admin.Url, "admin");
        if (!config.Edges.Rest.Path.StartsWith('/'))
            Report("edges.rest.path", "The path must begin with a slash.");
        foreach (var (name, service) in config.Services)
            ValidateService(name, service, ConfigPaths.Join("services", name), Report);

        void CheckUrl(string url, string path)
        {
            if (url.Length > 0 && !urls.TryAdd(url.TrimEnd('/'), path))
                Report(path + ".url", $"{url} is listened on already by {urls[url.TrimEnd('/')]}.");
        }
    }

    private static void ValidateService(string name, ServiceConfig service, string path, Action<string, string> report)
    {
        if (name.Length == 0 || !char.IsAsciiLetter(name[0]) || name.AsSpan().ContainsAnyExcept(NameCharacters))
            report(path, "The name of a service is made of letters, digits, '-', '_' and '.', and begins with a letter.");
        if (service.Contract.Count == 0 && service.Reflection is null)
            report(path, "The service has neither contract nor reflection: one of them must say what it offers.");
        if (service.Reflection is not null && service.Upstream.Protocol == UpstreamProtocol.Http)
            report(path + ".reflection", "Reflection is asked of gRPC services; this one's protocol is http.");
        if (service.Upstream.Instances.Count == 0)
            report(path + ".upstream.instances", "There is no instance.");
        if (service.Rest.Prefix.Length > 0 && (service.Rest.Prefix[0] != '/' || service.Rest.Prefix.AsSpan().ContainsAny(PatternCharacters)))
            report(path + ".rest.prefix", "A prefix begins with a slash and holds literal segments only.");
        if (service.Upstream.Tls is not null && service.Upstream.Instances.Any(i => i.Address.StartsWith("http:", StringComparison.OrdinalIgnoreCase)))
            report(path + ".upstream.tls", "tls is set, but an instance's address is http.");
        foreach (var instance in service.Upstream.Instances.GroupBy(i => i.Address.TrimEnd('/'), StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            report(path + ".upstream.instances", $"{instance.Key} is named twice; give it a weight instead.");
    }
}
