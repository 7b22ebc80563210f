using System.Text;
using ProtocolGateway.Edges.Rest.Routing;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>
/// Where an HTTP backend points to (Location, Content-Location), as the client must see it: below the gateway's prefix instead of the backend's server
/// path. Other hosts, relative references and paths beside the server path stay as they are.
/// </summary>
internal sealed class LocationMapping
{
    private readonly string _serverPath;
    private readonly string _prefix;

    private LocationMapping(string serverPath, string prefix) => (_serverPath, _prefix) = (serverPath, prefix);

    /// <summary>The mapping of a route; null where the two paths are equal and nothing is to be mapped.</summary>
    public static LocationMapping? Compile(Route route)
    {
        var serverPath = route.Operation.Http?.ServerPath.TrimEnd('/') ?? "";
        var prefix = new StringBuilder();
        foreach (var segment in route.Template.Segments.Take(route.PrefixSegments))
            PercentCoding.AppendEscaped(prefix.Append('/'), segment.Literal);
        return prefix.Equals(serverPath) ? null : new(serverPath, prefix.ToString());
    }

    /// <summary>Maps a reference.</summary>
    /// <param name="reference">What the backend wrote.</param>
    /// <param name="host">The client's Host, which a backend may have taken from X-Forwarded-Host.</param>
    public string Map(string reference, string host)
    {
        var start = PathStart(reference, host);
        if (start < 0)
            return reference;
        var path = reference.AsSpan(start);
        return !IsBelow(path, _serverPath) || (_prefix.Length > _serverPath.Length && IsBelow(path, _prefix))
            ? reference
            : string.Concat(reference.AsSpan(0, start), _prefix, path[_serverPath.Length..]);
    }

    // Of "/path" or of "http://host/path"; negative for what leads elsewhere. "//other/path" names a host (RFC 3986, section 4.2).
    private static int PathStart(string reference, string host)
    {
        if (reference.StartsWith('/'))
            return reference.StartsWith("//", StringComparison.Ordinal) ? -1 : 0;
        var scheme = reference.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? 7 : reference.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? 8 : -1;
        if (scheme < 0 || host.Length == 0 || !reference.AsSpan(scheme).StartsWith(host, StringComparison.OrdinalIgnoreCase))
            return -1;
        var end = scheme + host.Length;
        return end < reference.Length && reference[end] == '/' ? end : -1;
    }

    private static bool IsBelow(ReadOnlySpan<char> path, string prefix) =>
        path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || path[prefix.Length] is '/' or '?' or '#');
}
