namespace ProtocolGateway.Config;

/// <summary>What a list of origins may hold.</summary>
internal static class OriginRules
{
    /// <summary>Reports each entry that is no origin.</summary>
    /// <param name="origins">The list.</param>
    /// <param name="path">Its path in the configuration.</param>
    /// <param name="report">Takes path and message.</param>
    public static void Validate(IReadOnlyList<string> origins, string path, Action<string, string> report)
    {
        foreach (var origin in origins.Where(static o => o != "*" && !IsOrigin(o)))
            report(path, $"\"{origin}\" is no origin: a scheme, a host and perhaps a port, such as https://app.example.com.");
    }

    private static bool IsOrigin(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0 && uri.PathAndQuery == "/" && uri.Fragment.Length == 0;
}
