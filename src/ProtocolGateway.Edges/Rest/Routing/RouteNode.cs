using System.Collections.Frozen;
using System.Text;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>A node of the segment tree: what may follow one sequence of segments. Filled while the table is built, then frozen.</summary>
internal sealed class RouteNode
{
    // Below this many literals a scan over lengths and first characters beats hashing the segment.
    private const int FewLiterals = 6;
    private Dictionary<string, RouteNode>? _building;
    private KeyValuePair<string, RouteNode>[] _few = [];
    private FrozenDictionary<string, RouteNode>? _many;
    private List<(PartialSegment Segment, RouteNode Node)> _partials = [];
    private List<RouteTerminal> _terminals = [];

    /// <summary>One segment of any text.</summary>
    public RouteNode? Single { get; private set; }

    /// <summary>Whatever follows.</summary>
    public RouteNode? Rest { get; private set; }

    /// <summary>Segments with fixed parts, the most specific first.</summary>
    public IReadOnlyList<(PartialSegment Segment, RouteNode Node)> Partials => _partials;

    /// <summary>The node behind a segment of a template; made where there is none.</summary>
    public RouteNode Child(PathSegment segment)
    {
        switch (segment.Kind)
        {
            case SegmentKind.Single:
                return Single ??= new();
            case SegmentKind.Rest:
                return Rest ??= new();
            case SegmentKind.Partial:
                var partial = new PartialSegment(segment.Parts);
                foreach (var (known, child) in _partials)
                {
                    if (known.Key == partial.Key)
                        return child;
                }

                var added = new RouteNode();
                _partials.Add((partial, added));
                return added;
            default:
                _building ??= new(StringComparer.Ordinal);
                if (!_building.TryGetValue(segment.Literal, out var node))
                    _building.Add(segment.Literal, node = new());
                return node;
        }
    }

    /// <summary>The terminal of that verb; made where there is none.</summary>
    public RouteTerminal Terminal(int verb)
    {
        if (FindTerminal(verb) is { } found)
            return found;
        var terminal = new RouteTerminal(verb);
        _terminals.Add(terminal);
        return terminal;
    }

    /// <summary>The terminal of that verb; null where no template of it ends here.</summary>
    public RouteTerminal? FindTerminal(int verb)
    {
        foreach (var terminal in _terminals)
        {
            if (terminal.Verb == verb)
                return terminal;
        }

        return null;
    }

    /// <summary>The node behind a literal; the segment is escaped as it came.</summary>
    public RouteNode? FindLiteral(ReadOnlySpan<char> escaped)
    {
        if (_many is null && _few.Length == 0)
            return null;
        if (escaped.IndexOf('%') < 0)
            return FindDecoded(escaped);
        // A longer segment than this equals no literal of a template: it is left to the variables.
        if (escaped.Length > 1024)
            return null;
        Span<byte> utf8 = stackalloc byte[1024];
        var length = PercentCoding.Decode(escaped, utf8, keepSlashes: false);
        if (length < 0)
            return null;
        Span<char> text = stackalloc char[1024];
        return FindDecoded(text[..Encoding.UTF8.GetChars(utf8[..length], text)]);
    }

    /// <summary>Turns what was collected into its compact form; call once, on the root, when all routes are in.</summary>
    public void Freeze()
    {
        if (_building is { } building)
        {
            if (building.Count <= FewLiterals)
                _few = [.. building];
            else
                _many = building.ToFrozenDictionary(StringComparer.Ordinal);
            foreach (var node in building.Values)
                node.Freeze();
            _building = null;
        }

        _partials = [.. _partials.OrderByDescending(static p => p.Segment.FixedLength).ThenBy(static p => p.Segment.Parameters).ThenBy(static p => p.Segment.Key, StringComparer.Ordinal)];
        foreach (var (_, node) in _partials)
            node.Freeze();
        Single?.Freeze();
        Rest?.Freeze();
    }

    private RouteNode? FindDecoded(ReadOnlySpan<char> text)
    {
        if (_many is not null)
            return _many.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var node) ? node : null;
        foreach (var (literal, child) in _few)
        {
            if (text.SequenceEqual(literal))
                return child;
        }

        return null;
    }
}

/// <summary>Where templates of one shape and verb end: a route per method.</summary>
internal sealed class RouteTerminal(int verb)
{
    private Route[] _routes = [];

    /// <summary>The verb's number; 0 for none.</summary>
    public int Verb { get; } = verb;

    /// <summary>The routes, one for each method.</summary>
    public ReadOnlySpan<Route> Routes => _routes;

    /// <summary>Adds a route, of a method that none has yet.</summary>
    public void Add(Route route) => _routes = [.. _routes, route];

    /// <summary>The route of exactly that method.</summary>
    public Route? Find(string method)
    {
        foreach (var route in _routes)
        {
            if (route.Rule.Method == method)
                return route;
        }

        return null;
    }
}
