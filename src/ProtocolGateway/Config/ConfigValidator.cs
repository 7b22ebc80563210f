using System.Buffers;

namespace ProtocolGateway.Config;

/// <summary>The rules that no single value can break: what must stand together, and what must differ.</summary>
internal static class ConfigValidator
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    private static readonly SearchValues<char> PrefixCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private static readonly SearchValues<char> PatternCharacters = SearchValues.Create("{}?#*% ");

    /// <summary>Adds what is wrong to the errors.</summary>
    public static void Validate(GatewayConfig config, ConfigBinder binder, List<ConfigError> errors)
    {
        void Report(string path, string message)
        {
            // A value that could not be bound has been reported already; what follows from its default would only confuse.
            if (!errors.Any(e => e.Path.Length > 0 && (ConfigPaths.IsAtOrBelow(e.Path, path) || ConfigPaths.IsAtOrBelow(path, e.Path))))
                errors.Add(new ConfigError(binder.PositionOf(path), path, message));
        }

        ListenerRules.Validate(config, Report);
        if (config.Services.Count == 0)
            Report("services", "There is no service; the gateway would have nothing to answer.");
        if (!config.Edges.Rest.Path.StartsWith('/'))
            Report("edges.rest.path", "The path must begin with a slash.");
        else if (!IsLiteralPath(config.Edges.Rest.Path))
            Report("edges.rest.path", "The path holds literal segments only, none of them empty.");
        GraphqlRules.Validate(config.Edges.Graphql, IsLiteralPath, Report);
        WebSocketRules.Validate(config.Edges.WebSocket, IsLiteralPath, Report);
        WebSocketRules.ValidateServices(config, IsLiteralPath, Report);
        OriginRules.Validate(config.Edges.Grpc.Origins, "edges.grpc.origins", Report);
        if (config.Limits.MaxHeaderBytes > LimitsConfig.MostHeaderBytes)
            Report("limits.maxHeaderBytes", $"{config.Limits.MaxHeaderBytes} bytes are more than {LimitsConfig.MostHeaderBytes >> 20}MiB, which no client's headers need.");
        if (config.Shutdown.DrainDelay > ShutdownConfig.LongestDrainDelay)
            Report("shutdown.drainDelay", $"The delay is longer than {ShutdownConfig.LongestDrainDelay.TotalMinutes:0}m.");
        foreach (var (name, service) in config.Services)
            ValidateService(name, service, ConfigPaths.Join("services", name), Report);
    }

    private static void ValidateService(string name, ServiceConfig service, string path, Action<string, string> report)
    {
        if (name.Length == 0 || !char.IsAsciiLetter(name[0]) || name.AsSpan().ContainsAnyExcept(NameCharacters))
            report(path, "The name of a service is made of letters, digits, '-', '_' and '.', and begins with a letter.");
        if (service.Contract.Count == 0 && service.Reflection is null && service.WebSockets.Count == 0)
            report(path, "The service has neither contract nor reflection nor webSockets: one of them must say what it offers.");
        if (service.Reflection is not null && service.Upstream.Protocol == UpstreamProtocol.Http)
            report(path + ".reflection", "Reflection is asked of gRPC services; this one's protocol is http.");
        if (service.Upstream.Instances.Count == 0)
            report(path + ".upstream.instances", "There is no instance.");
        if (service.Reflection is { } reflection && reflection.Interval < ReflectionConfig.ShortestInterval)
            report(path + ".reflection.interval", $"The interval is shorter than {ReflectionConfig.ShortestInterval.TotalSeconds:0}s; the service would do little else than answer it.");
        if (service.Rest.Prefix.Length > 0 && !IsLiteralPath(service.Rest.Prefix))
            report(path + ".rest.prefix", "A prefix begins with a slash and holds literal segments only, none of them empty.");
        if (service.Graphql.Prefix is { Length: > 0 } prefix && (!char.IsAsciiLetter(prefix[0]) || prefix.AsSpan().ContainsAnyExcept(PrefixCharacters)))
            report(path + ".graphql.prefix", "A prefix is made of letters, digits and '_', and begins with a letter.");
        if (service.Upstream.Tls is not null && service.Upstream.Instances.Any(i => i.Address.StartsWith("http:", StringComparison.OrdinalIgnoreCase)))
            report(path + ".upstream.tls", "tls is set, but an instance's address is http.");
        if (service.Upstream.Tls?.Ca is { } ca && File.Exists(ca) && AuthorityFile.FindProblem(ca) is { } problem)
            report(path + ".upstream.tls.ca", problem);
        foreach (var instance in service.Upstream.Instances.GroupBy(i => i.Address.TrimEnd('/'), StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            report(path + ".upstream.instances", $"{instance.Key} is named twice; give it a weight instead.");
    }

    // A slash at the end is passed over: /a/ is /a.
    private static bool IsLiteralPath(string path) =>
        path.StartsWith('/') && !path.AsSpan().ContainsAny(PatternCharacters) && !path.Contains("//", StringComparison.Ordinal);
}
