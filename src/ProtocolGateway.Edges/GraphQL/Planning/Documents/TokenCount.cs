namespace ProtocolGateway.Edges.GraphQL.Planning.Documents;

/// <summary>Counts the tokens of a document before anything is built of it (specification, "Lexical Tokens"). What is no token counts as one: the parser says so.</summary>
internal static class TokenCount
{
    /// <summary>The number of tokens; counting ends where it passes <paramref name="limit"/>.</summary>
    public static int Of(ReadOnlySpan<char> text, int limit)
    {
        var count = 0;
        for (var at = 0; at < text.Length && count <= limit;)
        {
            switch (text[at])
            {
                case ' ' or '\t' or '\r' or '\n' or ',' or '\uFEFF':
                    at++;
                    continue;
                case '#':
                    var end = text[at..].IndexOfAny('\r', '\n');
                    at = end < 0 ? text.Length : at + end;
                    continue;
                case '"':
                    at = SkipString(text, at);
                    break;
                case '.':
                    at += text[at..].StartsWith("...") ? 3 : 1;
                    break;
                default:
                    at = SkipWord(text, at);
                    break;
            }

            count++;
        }

        return count;
    }

    // A name or a number; punctuation is one character.
    private static int SkipWord(ReadOnlySpan<char> text, int at)
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '-' or '+' || (text[at] == '.' && at > start && char.IsAsciiDigit(text[at - 1]))))
            at++;
        return at == start ? at + 1 : at;
    }

    private static int SkipString(ReadOnlySpan<char> text, int at)
    {
        if (text[at..].StartsWith("\"\"\""))
        {
            at += 3;
            while (text[at..].IndexOf("\"\"\"") is var end and >= 0)
            {
                at += end + 3;
                if (end == 0 || text[at - 4] != '\\')
                    return at;
            }

            return text.Length;
        }

        for (at++; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++;
            else if (text[at] is '"' or '\n' or '\r')
                return at + 1;
        }

        return text.Length;
    }
}
