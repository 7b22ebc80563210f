namespace ProtocolGateway.Upstreams.Http;

/// <summary>Judges the target that goes to an HTTP backend unchanged.</summary>
internal static class HttpTarget
{
    /// <summary>True for an origin-form target of legal characters whose path cannot climb: a dot segment, encoded or not, would reach operations that
    /// the contract does not name and guards did not judge.</summary>
    public static bool IsSafe(ReadOnlySpan<char> pathAndQuery)
    {
        if (pathAndQuery.IsEmpty || pathAndQuery[0] != '/' || pathAndQuery.ContainsAnyExceptInRange('!', '~') || pathAndQuery.Contains('#'))
            return false;
        var query = pathAndQuery.IndexOf('?');
        var path = query < 0 ? pathAndQuery : pathAndQuery[..query];
        foreach (var range in path.Split('/'))
        {
            if (IsDots(path[range]))
                return false;
        }

        return !path.Contains('\\');
    }

    private static bool IsDots(ReadOnlySpan<char> segment)
    {
        var dots = 0;
        while (!segment.IsEmpty)
        {
            var length = segment[0] == '.' ? 1 : segment.StartsWith("%2e", StringComparison.OrdinalIgnoreCase) ? 3 : 0;
            if (length == 0 || ++dots > 2)
                return false;
            segment = segment[length..];
        }

        return dots > 0;
    }
}
