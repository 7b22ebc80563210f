using System.Text.RegularExpressions;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>
/// A regular expression of a contract (ECMA 262). It is read at load and made ready at the first check: that takes up to ten milliseconds a pattern,
/// and of the thousands in a large document few are ever asked. Thread-safe: at worst two threads make the same.
/// </summary>
internal sealed class TextPattern
{
    // A pattern comes from a contract, the text from a caller: the pair must not take the process's time.
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(50);

    private readonly string _pattern;
    private Regex? _ready;

    private TextPattern(string pattern) => _pattern = pattern;

    /// <summary>Reads a pattern; null where it cannot be.</summary>
    public static TextPattern? TryParse(string pattern)
    {
        // ECMA 262, annex B.1.2: an escaped character without a meaning is itself. Of those that .NET refuses, only this one is written.
        return IsReadable(pattern) ? new(pattern) : WithoutEscapedUnderscores(pattern) is { } plainer && IsReadable(plainer) ? new(plainer) : null;
    }

    /// <summary>Null, or what is wrong with the text.</summary>
    public string? Check(string text)
    {
        try
        {
            return (_ready ??= Prepare()).IsMatch(text) ? null : "does not have the required form";
        }
        catch (RegexMatchTimeoutException)
        {
            return "takes too long to check";
        }
    }

    private static bool IsReadable(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.CultureInvariant, Timeout);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // Linear time where the pattern allows it, else backtracking under the timeout.
    private Regex Prepare()
    {
        try
        {
            return new(_pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Timeout);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return new(_pattern, RegexOptions.CultureInvariant, Timeout);
        }
    }

    private static string WithoutEscapedUnderscores(string pattern)
    {
        var text = new System.Text.StringBuilder(pattern.Length);
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length && pattern[++i] != '_')
                text.Append('\\');
            text.Append(pattern[i]);
        }

        return text.ToString();
    }
}
