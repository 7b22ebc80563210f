using System.Net.Http.Headers;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Upstreams;

/// <summary>A backend's headers as neutral ones.</summary>
internal static class AnswerHeaders
{
    /// <summary>The first value of a name; null where there is none.</summary>
    public static string? First(HttpHeaders headers, string name)
    {
        if (!headers.NonValidated.TryGetValues(name, out var values))
            return null;
        foreach (var value in values)
            return value;
        return null;
    }

    /// <summary>Adds what <paramref name="keep"/>, asked in whatever case, keeps. Values with control characters are left out: no wire of ours may carry them.</summary>
    public static void CopyTo(CallHeaders into, HttpHeaders headers, Func<string, bool> keep)
    {
        foreach (var (name, values) in headers.NonValidated)
        {
            if (!keep(name))
                continue;
            var lower = Lower(name);
            if (HeaderNames.IsHopByHop(lower))
                continue;
            foreach (var value in values)
            {
                if (!HasControls(value))
                    into.TryAdd(lower, value);
            }
        }
    }

    // HTTP/2 names are in lower case already; these are what nearly every answer has and the handler spells in its own way.
    private static string Lower(string name) => name switch
    {
        "Content-Type" => "content-type",
        "Content-Length" => "content-length",
        "Content-Encoding" => "content-encoding",
        "Date" => "date",
        "Server" => "server",
        "Cache-Control" => "cache-control",
        "ETag" => "etag",
        "Last-Modified" => "last-modified",
        "Vary" => "vary",
        _ => name.ToLowerInvariant(),
    };

    private static bool HasControls(string value)
    {
        foreach (var c in value)
        {
            if ((c < ' ' && c != '\t') || c == '\x7f')
                return true;
        }

        return false;
    }
}
