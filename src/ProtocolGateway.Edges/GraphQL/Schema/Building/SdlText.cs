using System.Globalization;
using System.Text;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Texts in GraphQL's literal syntax.</summary>
internal static class SdlText
{
    /// <summary>A string in double quotes (specification, section 2.9.4). Half surrogate pairs, which no document can hold, become U+FFFD.</summary>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\')
                quoted.Append('\\').Append((char)rune.Value);
            else if (rune.Value == '\n')
                quoted.Append("\\n");
            else if (Rune.IsControl(rune))
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            else
                quoted.Append(rune);
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A description: a block string where its content comes out the same, else a quoted one.</summary>
    public static void Description(StringBuilder output, string text, string indent)
    {
        var lines = Clean(text).Split('\n').Select(static l => l.TrimEnd()).ToList();
        if (lines.Count == 1)
        {
            output.Append(indent).Append(Quoted(lines[0])).Append('\n');
            return;
        }

        output.Append(indent).Append("\"\"\"\n");
        foreach (var line in lines)
            output.Append(line.Length == 0 ? "" : indent).Append(line.Replace("\"\"\"", "\\\"\"\"", StringComparison.Ordinal)).Append('\n');
        output.Append(indent).Append("\"\"\"\n");
    }

    // One kind of line end, no control characters but tabs (older parsers refuse them), and no indentation shared by all lines, which a block string loses.
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (!Rune.IsControl(rune) || rune.Value is '\n' or '\t')
                clean.Append(rune);
        }

        return clean.ToString().Trim();
    }
}
