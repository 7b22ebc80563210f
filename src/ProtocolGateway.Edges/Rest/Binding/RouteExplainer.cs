using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Routing;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>Says which rule a request would hit, what it binds, and which rules came close.</summary>
public static class RouteExplainer
{
    /// <summary>Explains a request.</summary>
    /// <param name="table">The routes.</param>
    /// <param name="method">The HTTP method.</param>
    /// <param name="url">A path with its query, or a whole URL; escaped as on the wire.</param>
    /// <param name="options">How query parameters are bound; the default where null.</param>
    public static RouteExplanation Explain(RouteTable table, string method, string url, BindingOptions? options = null)
    {
        var outcome = table.Match(method, url, out var match);
        var candidates = outcome == RouteOutcome.Malformed ? [] : table.Candidates(url);
        if (outcome != RouteOutcome.Found)
        {
            return new()
            {
                Status = outcome switch { RouteOutcome.NotFound => 404, RouteOutcome.MethodNotAllowed => 405, _ => 400 },
                Allow = match.Allow,
                Rejected = [.. candidates.Select(route => Reject(route, $"it takes {route.Rule.Method}, not {method}")), .. LeftOut(table, method, url)],
            };
        }

        var route = match.Route!;
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        var unknown = new List<string>();
        var binding = route.Operation.Kind == ContractKind.Grpc ? RequestBinding.Compile(route, options ?? new(), static _ => null, out _) : null;
        AddPath(route, match, url, binding, fields);
        AddQuery(route, match, url, binding, fields, unknown);
        return new()
        {
            Operation = route.Operation.FullName,
            Rule = route.Text,
            Fields = fields,
            UnknownParameters = unknown,
            Rejected =
            [
                .. candidates.Where(other => other != route).Select(other => Reject(other, Takes(other, method)
                    ? "it is less specific"
                    : $"it takes {other.Rule.Method}, not {method}")),
                .. LeftOut(table, method, url),
            ],
        };
    }

    // Those that have the path, were they served: a large contract has hundreds that have not.
    private static IEnumerable<RejectedRule> LeftOut(RouteTable table, string method, string url)
    {
        var authority = url.IndexOf("://", StringComparison.Ordinal);
        var start = authority < 0 ? 0 : Math.Max(0, url.IndexOf('/', authority + 3));
        var query = url.IndexOf('?', start);
        var path = query < 0 ? url[start..] : url[start..query];
        foreach (var rule in table.LeftOut)
        {
            if (rule.Method == method && LooseTemplate.MayMatch(rule.Path, path))
                yield return new(rule.Operation.FullName, rule.Method + " " + rule.Path, rule.Why);
        }
    }

    private static bool Takes(Route route, string method) =>
        route.Rule.Method == method || route.Rule.Method == "*" || (method == "HEAD" && route.Rule.Method == "GET");

    private static RejectedRule Reject(Route route, string why) => new(route.Operation.FullName, route.Text, why);

    private static void AddPath(Route route, in RouteMatch match, string url, RequestBinding? binding, Dictionary<string, string> fields)
    {
        for (var i = 0; i < route.Template.Variables.Count; i++)
        {
            var variable = route.Template.Variables[i];
            PercentCoding.TryDecode(match.Raw(i, url), variable.IsMulti && !route.Rule.FullyDecodeReservedExpansion, out var value);
            fields[binding?.PathField(i) ?? variable.Name] = value;
        }
    }

    private static void AddQuery(Route route, in RouteMatch match, string url, RequestBinding? binding, Dictionary<string, string> fields, List<string> unknown)
    {
        var pairs = new QueryReader(match.Query(url));
        while (pairs.Read())
        {
            if (!Decode(pairs.Name, out var name) || !Decode(pairs.Value, out var value))
            {
                unknown.Add(pairs.Name.ToString());
                continue;
            }

            var field = binding is not null
                ? binding.QueryFieldOf(name)
                : route.Operation.Input.Fields.FirstOrDefault(f => f.Location == FieldLocation.Query && f.Name == name)?.Name;
            if (field is null)
                unknown.Add(name);
            else
                fields[field] = fields.TryGetValue(field, out var before) ? before + "," + value : value;
        }
    }

    private static bool Decode(ReadOnlySpan<char> raw, out string text) =>
        PercentCoding.TryDecode(raw.ToString().Replace('+', ' '), keepSlashes: false, out text);
}
