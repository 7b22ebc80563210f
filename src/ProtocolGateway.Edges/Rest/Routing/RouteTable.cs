using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>All routes of a catalog, compiled into one tree. Immutable; matching allocates nothing for templates of up to eight variables.</summary>
public sealed class RouteTable
{
    private readonly RouteNode _root;
    private readonly RouteVerbs _verbs;

    internal RouteTable(IReadOnlyList<Route> routes, IReadOnlyList<LeftOutRule> leftOut, RouteNode root, RouteVerbs verbs) =>
        (Routes, LeftOut, _root, _verbs) = (routes, leftOut, root, verbs);

    /// <summary>The routes that are served, in the order of services, operations and rules; without those that lost a conflict.</summary>
    public IReadOnlyList<Route> Routes { get; }

    /// <summary>The rules that are not served, and why; for explanations.</summary>
    internal IReadOnlyList<LeftOutRule> LeftOut { get; }

    /// <summary>Compiles the rules of a catalog. Bad templates and conflicts are added to <paramref name="diagnostics"/>; of two rules in conflict the first serves.</summary>
    /// <param name="catalog">The operations.</param>
    /// <param name="options">Where the routes stand.</param>
    /// <param name="diagnostics">Takes what is wrong.</param>
    /// <param name="fits">Asked for each route in the order of their indexes whether it can be served, and why not: one that cannot takes no path from others.</param>
    public static RouteTable Build(Catalog catalog, RouteOptions options, List<Diagnostic> diagnostics, Func<Route, string?>? fits = null) =>
        new RouteTableBuilder(options, diagnostics, fits ?? (static _ => null)).Build(catalog);

    /// <summary>Finds the route of a request.</summary>
    /// <param name="method">The HTTP method as it came.</param>
    /// <param name="rawTarget">The request target as on the wire, in origin or absolute form.</param>
    /// <param name="match">Filled in as the outcome says.</param>
    public RouteOutcome Match(string method, ReadOnlySpan<char> rawTarget, out RouteMatch match)
    {
        match = default;
        if (rawTarget.ContainsAnyExceptInRange('!', '~') || rawTarget.Contains('#'))
            return RouteOutcome.Malformed;
        var path = Split(rawTarget, out var start, out var query);
        match.QueryStart = query;
        if (path.IsEmpty)
            return RouteOutcome.NotFound;
        if (!PercentCoding.IsValid(path))
            return RouteOutcome.Malformed;
        var search = new RouteSearch(path, method);
        if (search.Run(_root, _verbs))
        {
            match.Route = search.Found;
            match.HeadFromGet = search.HeadFromGet;
            Capture(search.Found!, path[..search.End], start, ref match);
            return RouteOutcome.Found;
        }

        var others = Gather(path);
        if (others.Count == 0)
            return RouteOutcome.NotFound;
        match.Allow = Allow(others);
        return RouteOutcome.MethodNotAllowed;
    }

    /// <summary>Every route that has this path, of any method, the most specific first; for explanations.</summary>
    internal List<Route> Candidates(ReadOnlySpan<char> rawTarget)
    {
        var path = Split(rawTarget, out _, out _);
        return path.IsEmpty || !PercentCoding.IsValid(path) ? [] : Gather(path);
    }

    private List<Route> Gather(ReadOnlySpan<char> path)
    {
        var routes = new List<Route>();
        var search = new RouteSearch(path, "") { Gather = routes };
        search.Run(_root, _verbs);
        return routes;
    }

    // Origin form, or absolute form (RFC 9112, section 3.2.2) cut down to it. Everything else names no path.
    private static ReadOnlySpan<char> Split(ReadOnlySpan<char> target, out int start, out int query)
    {
        (start, query) = (0, target.Length);
        if (target.IsEmpty || target[0] != '/')
        {
            var scheme = target.IndexOf("://", StringComparison.Ordinal);
            if (scheme <= 0 || target[..scheme].IndexOfAny('/', '?') >= 0)
                return [];
            var authority = target[(scheme + 3)..].IndexOfAny('/', '?');
            start = authority < 0 ? target.Length : scheme + 3 + authority;
        }

        var path = target[start..];
        var mark = path.IndexOf('?');
        if (mark >= 0)
        {
            query = start + mark + 1;
            path = path[..mark];
        }

        if (!path.IsEmpty)
            return path;
        // The slash that is meant counts as the character before: what it captures, nothing, is then within the target.
        start--;
        return "/";
    }

    private static void Capture(Route route, ReadOnlySpan<char> path, int offset, ref RouteMatch match)
    {
        var template = route.Template;
        var variables = template.Variables;
        match.Reserve(variables.Count);
        if (variables.Count == 0)
            return;
        Span<int> starts = stackalloc int[PathTemplate.MaxSegments + 2];
        var count = 0;
        // Segments behind the end, those of an empty rest, begin where the path ends.
        for (var position = 1; count <= template.Segments.Count; count++)
        {
            starts[count] = Math.Min(position, path.Length + 1);
            var next = position <= path.Length ? path[position..].IndexOf('/') : -1;
            position = next < 0 ? path.Length + 1 : position + next + 1;
        }

        Span<Capture> parts = route.Partials is null ? [] : stackalloc Capture[OpenApiTemplateParser.MaxParameters];
        for (var i = 0; i < variables.Count; i++)
        {
            var variable = variables[i];
            var last = variable.Start + variable.Count - 1;
            var start = Math.Min(starts[variable.Start], path.Length);
            var end = template.Segments[last].Kind == SegmentKind.Rest ? path.Length : starts[last + 1] - 1;
            var capture = new Capture(offset + start, Math.Max(0, end - start));
            if (variable.Part >= 0)
            {
                route.Partials![variable.Start]!.TryMatch(path[start..end], parts);
                capture = new(offset + start + parts[variable.Part].Start, parts[variable.Part].Length);
            }

            match.Set(i, capture);
        }
    }

    private static string Allow(List<Route> routes)
    {
        var methods = new SortedSet<string>(StringComparer.Ordinal) { "OPTIONS" };
        foreach (var route in routes)
        {
            methods.Add(route.Rule.Method);
            if (route.Rule.Method == "GET")
                methods.Add("HEAD");
        }

        return string.Join(", ", methods);
    }
}
