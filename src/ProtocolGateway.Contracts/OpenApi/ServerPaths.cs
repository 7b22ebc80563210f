using System.Buffers;
using Microsoft.OpenApi;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>The path that a document's servers put before every operation's own.</summary>
internal static class ServerPaths
{
    private static readonly SearchValues<char> Illegal = SearchValues.Create("{}\r\n\0 ");

    /// <summary>The path of the first server, variables replaced by their defaults; empty for the root. Hosts are the configuration's business.</summary>
    public static string Of(IList<OpenApiServer>? servers, DiagnosticList diagnostics, string pointer)
    {
        if (servers is not { Count: > 0 } || servers[0].Url is not { Length: > 0 } url)
            return "";
        foreach (var (name, variable) in servers[0].Variables ?? new Dictionary<string, OpenApiServerVariable>())
            url = url.Replace("{" + name + "}", variable.Default ?? "", StringComparison.Ordinal);
        var path = PathOf(url);
        if (path.AsSpan().IndexOfAny(Illegal) < 0)
            return path;
        diagnostics.Add(Severity.Warning, pointer, $"The path of server '{url}' holds a variable without a default or an illegal character; operations are called without it. Give the variable a default.");
        return "";
    }

    private static string PathOf(string url)
    {
        var rest = url.AsSpan();
        var scheme = rest.IndexOf("://");
        if (scheme >= 0)
            rest = AfterHost(rest[(scheme + 3)..]);
        else if (rest.StartsWith("//"))
            rest = AfterHost(rest[2..]);
        var end = rest.IndexOfAny('?', '#');
        rest = (end < 0 ? rest : rest[..end]).TrimEnd('/');
        // "." and "./" are the place of the document itself.
        if (rest.StartsWith("./") || rest is ".")
            rest = rest[1..];
        return rest.IsEmpty ? "" : rest[0] == '/' ? rest.ToString() : "/" + rest.ToString();
    }

    private static ReadOnlySpan<char> AfterHost(ReadOnlySpan<char> text)
    {
        var slash = text.IndexOf('/');
        return slash < 0 ? [] : text[slash..];
    }
}
