using System.Text;
using System.Text.RegularExpressions;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>Whether a path may have been meant by a template that is not served: read without the rules that it may break.</summary>
internal static class LooseTemplate
{
    /// <summary>True where the template, as far as it can be read, has the path.</summary>
    /// <param name="template">As written; what stands behind a brace that is not closed is anything.</param>
    /// <param name="path">Without a query; escaped as on the wire.</param>
    public static bool MayMatch(string template, string path) =>
        // In linear time: a template of many "**" would otherwise be tried in too many ways.
        Regex.IsMatch(path, Pattern(template), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static string Pattern(string template)
    {
        var pattern = new StringBuilder("\\A");
        for (var i = 0; i < template.Length; i++)
        {
            switch (template[i])
            {
                case '{':
                    var end = template.AsSpan(i).IndexOfAny('=', '}');
                    if (end < 0 || template.IndexOf('}', i) < 0)
                        return pattern.Append(".*\\z").ToString();
                    i += end;
                    if (template[i] == '}')
                        pattern.Append("[^/]*");
                    break;
                case '}':
                    break;
                case '*' when i + 1 < template.Length && template[i + 1] == '*':
                    i++;
                    Rest(pattern);
                    break;
                case '*':
                    pattern.Append("[^/]*");
                    break;
                default:
                    pattern.Append(Regex.Escape(template[i].ToString()));
                    break;
            }
        }

        return pattern.Append("\\z").ToString();
    }

    // No segment at all is a match of "**" too, and then the slash before it is not there either.
    private static void Rest(StringBuilder pattern)
    {
        if (pattern[^1] != '/')
        {
            pattern.Append(".*");
            return;
        }

        pattern.Length--;
        pattern.Append("(?:/.*)?");
    }
}
