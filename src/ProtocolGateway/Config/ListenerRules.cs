namespace ProtocolGateway.Config;

/// <summary>What listeners must be: addresses that differ, of this machine, and certificates where they are https.</summary>
internal static class ListenerRules
{
    /// <summary>Reports what is wrong, by the key's path.</summary>
    public static void Validate(GatewayConfig config, Action<string, string> report)
    {
        if (config.Listen.Count == 0)
            report("listen", "There is no listener.");
        var urls = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < config.Listen.Count; i++)
        {
            CheckUrl(config.Listen[i].Url, $"listen[{i}]", urls, report);
            CheckCertificate(config.Listen[i], $"listen[{i}]", report);
        }

        if (config.Admin is not { } admin)
            return;
        CheckUrl(admin.Url, "admin", urls, report);
        if (IsHttps(admin.Url))
            report("admin.url", "The admin listener speaks http only: keep it on an address that operators alone reach.");
    }

    /// <summary>The URL names addresses of a machine, not a machine: an IP address or localhost.</summary>
    public static bool IsAddress(Uri url) =>
        url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || url.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase);

    private static void CheckUrl(string url, string path, Dictionary<string, string> urls, Action<string, string> report)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed))
            return;
        // A name may stand for any address, today for another than tomorrow; to listen on all instead would open what was meant to be closed.
        if (!IsAddress(parsed))
            report(path + ".url", $"{parsed.Host} is a name. Listen on an address of this machine, on localhost, or on 0.0.0.0 or [::] for all of them.");
        else if (!urls.TryAdd(url.TrimEnd('/'), path))
            report(path + ".url", $"{url} is listened on already by {urls[url.TrimEnd('/')]}.");
    }

    private static void CheckCertificate(ListenerConfig listener, string path, Action<string, string> report)
    {
        var https = IsHttps(listener.Url);
        if (https && (listener.Certificate is null || listener.Key is null))
            report(path, "An https listener needs certificate and key.");
        if (!https && (listener.Certificate ?? listener.Key) is not null)
            report(path, "certificate and key belong to an https listener; this URL is http.");
        // Read here so that a wrong file is told with the other errors, and before anything listens.
        if (https && File.Exists(listener.Certificate) && File.Exists(listener.Key) && ListenerCertificate.Load(listener, out var problem) is null)
            report($"{path}.{problem.Key}", problem.Message);
    }

    private static bool IsHttps(string url) => url.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
}
