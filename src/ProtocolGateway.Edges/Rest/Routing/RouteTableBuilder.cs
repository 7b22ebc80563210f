using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>Compiles rules into the tree, and says which cannot be served.</summary>
internal sealed class RouteTableBuilder(RouteOptions options, List<Diagnostic> diagnostics, Func<Route, string?> fits)
{
    private readonly RouteNode _root = new();
    private readonly RouteVerbs _verbs = new();
    private readonly List<Route> _routes = [];
    private readonly List<LeftOutRule> _leftOut = [];
    private readonly HashSet<string> _operations = new(StringComparer.Ordinal);

    public RouteTable Build(Catalog catalog)
    {
        var prefix = Trim(options.PathPrefix);
        foreach (var service in catalog.Services)
        {
            var servicePrefix = prefix + Trim(options.ServicePrefix(service));
            foreach (var operation in service.Operations)
            {
                // A second operation of one name is reported by whoever builds the catalog, and never served.
                if (_operations.Add(operation.FullName))
                    Add(service, operation, servicePrefix);
            }
        }

        _root.Freeze();
        return new(_routes, _leftOut, _root, _verbs);
    }

    // "/", "", "api/" and "/api" all occur in configurations.
    private static string Trim(string prefix)
    {
        var trimmed = prefix.Trim('/');
        return trimmed.Length == 0 ? "" : "/" + trimmed;
    }

    private void Add(CatalogService service, Operation operation, string prefix)
    {
        if (operation.HttpRules.Count == 0)
        {
            if (operation.Kind == ContractKind.Grpc)
                Add(service, operation, prefix, new HttpRule { Method = "POST", Template = operation.GrpcPath, Body = "*", Source = operation.Source }, isImplicit: true);
            return;
        }

        foreach (var rule in operation.HttpRules)
            Add(service, operation, prefix, rule, isImplicit: false);
    }

    private void Add(CatalogService service, Operation operation, string prefix, HttpRule rule, bool isImplicit)
    {
        var isOpenApi = operation.Kind == ContractKind.Http;
        string? error;
        if (!(isOpenApi ? PathTemplate.TryParseOpenApi(rule.Template, out var template, out error) : PathTemplate.TryParse(rule.Template, out template, out error)))
        {
            LeaveOut(operation, rule, prefix + rule.Template, error, "correct the template");
            return;
        }

        var literals = prefix.Length == 0 ? [] : prefix[1..].Split('/').Select(PathSegment.Text).ToArray();
        var full = template.Under(prefix, literals);
        if (full.Segments.Count > PathTemplate.MaxSegments)
        {
            LeaveOut(operation, rule, full.Text, $"it has more than {PathTemplate.MaxSegments} segments", "shorten the prefix");
            return;
        }

        Place(new()
        {
            Index = _routes.Count,
            Service = service,
            Operation = operation,
            Rule = rule,
            Template = full,
            PrefixSegments = literals.Length,
            IsImplicit = isImplicit,
            Partials = Partials(full),
        });
    }

    private void Place(Route route)
    {
        var node = _root;
        foreach (var segment in route.Template.Segments)
            node = node.Child(segment);
        var terminal = node.Terminal(_verbs.Number(route.Template.Verb));
        if (terminal.Find(route.Rule.Method) is { } taken)
        {
            Report(route.Rule, $"\"{route}\" of {route.Operation} has the same shape as \"{taken}\" of {taken.Operation} ({taken.Rule.Source}), which comes first and serves. This rule is left out; change one of the two.");
            _leftOut.Add(new(route.Operation, route.Rule.Method, route.Template.Text, $"\"{taken}\" of {taken.Operation} has the same shape and comes first"));
        }
        else if (fits(route) is { } whyNot)
        {
            LeaveOut(route.Operation, route.Rule, route.Template.Text, whyNot, "correct it");
        }
        else
        {
            terminal.Add(route);
            _routes.Add(route);
        }
    }

    private static PartialSegment?[]? Partials(PathTemplate template) =>
        template.Segments.Any(static s => s.Kind == SegmentKind.Partial)
            ? [.. template.Segments.Select(static s => s.Kind == SegmentKind.Partial ? new PartialSegment(s.Parts) : null)]
            : null;

    private void LeaveOut(Operation operation, HttpRule rule, string path, string whyNot, string advice)
    {
        Report(rule, $"The rule \"{rule.Method} {path}\" of {operation} cannot be served: {whyNot}. The rule is left out; {advice}.");
        _leftOut.Add(new(operation, rule.Method, path, "it cannot be served: " + whyNot));
    }

    private void Report(HttpRule rule, string message) => diagnostics.Add(new(Severity.Error, rule.Source, message));
}
