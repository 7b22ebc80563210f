namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>
/// One walk over the tree. Segment by segment the most specific branch is tried first (literal, partial, one segment, rest), and left again where
/// nothing below it takes the method. The tree is as deep as its templates are long, and each node is entered once at most.
/// </summary>
internal ref struct RouteSearch(ReadOnlySpan<char> path, string method)
{
    private readonly ReadOnlySpan<char> _path = path;
    private int _verb;

    /// <summary>The route that was found.</summary>
    public Route? Found { get; private set; }

    /// <summary>A GET rule was taken for HEAD.</summary>
    public bool HeadFromGet { get; private set; }

    /// <summary>Where the path ends for the template's segments: before the verb.</summary>
    public int End { get; private set; }

    /// <summary>When set, the walk goes everywhere and gathers what it meets instead of taking it.</summary>
    public List<Route>? Gather { get; init; }

    /// <summary>Walks. A registered verb at the end is tried before the same text as part of a value.</summary>
    public bool Run(RouteNode root, RouteVerbs verbs)
    {
        var last = _path.LastIndexOf('/') + 1;
        // Only as far back as the longest verb reaches, escaped whole: a value of many colons costs nothing.
        var from = Math.Max(last, _path.Length - verbs.LongestEscaped - 1);
        while (verbs.LongestEscaped > 0 && from < _path.Length)
        {
            var colon = _path[from..].IndexOf(':');
            if (colon < 0)
                break;
            colon += from;
            from = colon + 1;
            _verb = verbs.Find(_path[from..]);
            if (_verb == 0)
                continue;
            End = colon;
            if (Visit(root, 1))
                return true;
        }

        _verb = 0;
        End = _path.Length;
        return _path.Length == 1 ? Finish(root) : Visit(root, 1);
    }

    private bool Visit(RouteNode node, int position)
    {
        if (position > End)
            return Finish(node);
        var rest = _path[position..End];
        var length = rest.IndexOf('/');
        if (length < 0)
            length = rest.Length;
        var segment = rest[..length];
        var next = position + length + 1;
        if (node.FindLiteral(segment) is { } literal && Visit(literal, next))
            return true;
        // An empty segment is a literal of an OpenAPI path, or one of those that "**" takes: /a/ is not /a, and no other variable is empty.
        if (length == 0)
            return node.Rest is { } all && Take(all);
        foreach (var (partial, child) in node.Partials)
        {
            if (partial.TryMatch(segment, []) && Visit(child, next))
                return true;
        }

        return (node.Single is { } single && Visit(single, next)) || (node.Rest is { } any && Take(any));
    }

    // Rest matches zero segments too, after what ends exactly here.
    private bool Finish(RouteNode node) => Take(node) || (node.Rest is { } rest && Take(rest));

    private bool Take(RouteNode node)
    {
        if (node.FindTerminal(_verb) is not { } terminal)
            return false;
        if (Gather is { } gather)
        {
            gather.AddRange(terminal.Routes);
            return false;
        }

        Found = terminal.Find(method);
        if (Found is null && method == "HEAD" && terminal.Find("GET") is { } get)
            (Found, HeadFromGet) = (get, true);
        Found ??= terminal.Find("*");
        return Found is not null;
    }
}

/// <summary>The verbs of a table, numbered from 1.</summary>
internal sealed class RouteVerbs
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    /// <summary>The longest verb in characters when every byte of it is escaped; 0 without verbs.</summary>
    public int LongestEscaped { get; private set; }

    /// <summary>The number of a verb, given out where it is new; 0 for none.</summary>
    public int Number(string verb)
    {
        if (verb.Length == 0)
            return 0;
        LongestEscaped = Math.Max(LongestEscaped, System.Text.Encoding.UTF8.GetByteCount(verb) * 3);
        if (!_numbers.TryGetValue(verb, out var number))
            _numbers.Add(verb, number = _numbers.Count + 1);
        return number;
    }

    /// <summary>The number of a verb, escaped as it came; 0 for what is none.</summary>
    public int Find(ReadOnlySpan<char> escaped)
    {
        if (escaped.IndexOf('%') < 0)
            return _numbers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(escaped, out var number) ? number : 0;
        return PercentCoding.TryDecode(escaped, keepSlashes: false, out var verb) ? _numbers.GetValueOrDefault(verb) : 0;
    }
}
