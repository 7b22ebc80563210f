namespace ProtocolGateway.Config;

/// <summary>How keys are named in errors.</summary>
internal static class ConfigPaths
{
    /// <summary><c>services.users</c>; a key that holds a dot stands in brackets.</summary>
    public static string Join(string path, string key) =>
        key.Contains('.', StringComparison.Ordinal) ? $"{path}[{key}]" : path.Length == 0 ? key : path + "." + key;

    /// <summary>The path is that one or below it: <c>services.users.timeout</c> is below <c>services.users</c>, not below <c>services.user</c>.</summary>
    public static bool IsAtOrBelow(string path, string parent) =>
        path.StartsWith(parent, StringComparison.Ordinal) && (path.Length == parent.Length || path[parent.Length] is '.' or '[');

    /// <summary>The candidate that was probably meant; null where none is near.</summary>
    public static string? Nearest(string given, IEnumerable<string> candidates)
    {
        var best = candidates.Select(c => (Name: c, Distance: Distance(given, c))).DefaultIfEmpty((Name: "", Distance: int.MaxValue)).MinBy(c => c.Distance);
        // Two slips, or one in a short word; more is another word.
        return best.Distance <= Math.Max(1, Math.Min(2, given.Length / 3)) ? best.Name : null;
    }

    // Levenshtein over lower case: configuration words are short.
    private static int Distance(string left, string right)
    {
        if (left.Length > 64)
            return int.MaxValue;
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var above = row[j];
                var same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (same ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
