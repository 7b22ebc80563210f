using System.Text;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Makes GraphQL names (<c>[_A-Za-z][_0-9A-Za-z]*</c>, not beginning with two underscores) out of any text.</summary>
internal static class NameText
{
    // The signs that stand at the beginning of real enum values (sort orders, reactions): +1 and -1 are told apart.
    private static readonly (char Sign, string Word)[] Signs = [('+', "plus_"), ('-', "minus_"), ('*', "star_"), ('<', "less_"), ('>', "greater_"), ('=', "equal_"), ('!', "not_")];

    /// <summary>The text is a name that a schema may define.</summary>
    public static bool IsValid(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiLetter(text[0]) || text[0] == '_') || text.StartsWith("__", StringComparison.Ordinal))
            return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        }

        return true;
    }

    /// <summary>The text where it is a name; else with an underscore for each run of other characters.</summary>
    public static string Member(string text)
    {
        if (IsValid(text))
            return text;
        var name = new StringBuilder(text.Length + 1);
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
                name.Append(c);
            else if (name.Length == 0 || name[^1] != '_')
                name.Append('_');
        }

        while (name.Length > 1 && name[^1] == '_')
            name.Length--;
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            name.Insert(0, '_');
        return name.ToString();
    }

    /// <summary>The name of an enum's value: true, false and null are no names of values (specification, section 2.9.6).</summary>
    public static string EnumValue(string text)
    {
        if (text.Length == 0)
            return "EMPTY";
        if (text is "true" or "false" or "null")
            return "_" + text;
        foreach (var (sign, word) in Signs)
        {
            if (text[0] == sign)
                return Member(word + text[1..]);
        }

        return Member(text);
    }

    /// <summary>Words joined with capitals: simple-user is SimpleUser. Capitals within a word stay.</summary>
    public static string Pascal(string text)
    {
        var name = new StringBuilder(text.Length);
        var start = true;
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
                name.Append(start ? char.ToUpperInvariant(c) : c);
            start = !char.IsAsciiLetterOrDigit(c);
        }

        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            name.Insert(0, '_');
        return name.ToString();
    }

    /// <summary>As <see cref="Pascal"/> with the first word small: GetUser is getUser, URLFor is urlFor.</summary>
    public static string Camel(string text)
    {
        var name = Pascal(text).ToCharArray();
        for (var i = 0; i < name.Length && char.IsAsciiLetterUpper(name[i]); i++)
        {
            if (i > 0 && i + 1 < name.Length && char.IsAsciiLetterLower(name[i + 1]))
                break;
            name[i] = char.ToLowerInvariant(name[i]);
        }

        return new string(name);
    }

    /// <summary>A segment that only tells a version: v1, v1beta2.</summary>
    public static bool IsVersion(string segment) => segment.Length > 1 && segment[0] is 'v' or 'V' && char.IsAsciiDigit(segment[^1]) && char.IsAsciiDigit(segment[1]);
}
