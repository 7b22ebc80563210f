using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>Compiles rules into the tree, and says which cannot be served.</summary>
internal sealed class RouteTableBuilder(RouteOptions options, List<Diagnostic> diagnostics)
{
    private readonly RouteNode _root = new();
    private readonly RouteVerbs _verbs = new();
    private readonly List<Route> _routes = [];
    private readonly HashSet<string> _operations = new(StringComparer.Ordinal);

    public RouteTable Build(Catalog catalog)
    {
        var prefix = Trim(options.PathPrefix);
        foreach (var service in catalog.Services)
        {
            var httpPrefix = prefix + Trim(options.HttpPrefix(service));
            foreach (var operation in service.Operations)
            {
                // A second operation of one name is reported by whoever builds the catalog, and never served.
                if (_operations.Add(operation.FullName))
                    Add(service, operation, operation.Kind == ContractKind.Http ? httpPrefix : prefix);
            }
        }

        _root.Freeze();
        return new(_routes, _root, _verbs);
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
            Report(rule, $"The path \"{rule.Template}\" of {operation} cannot be served: {error}. The rule is left out; correct the template.");
            return;
        }

        var literals = prefix.Length == 0 ? [] : prefix[1..].Split('/').Select(PathSegment.Text).ToArray();
        var full = template.Under(prefix, literals);
        if (full.Segments.Count > PathTemplate.MaxSegments)
        {
            Report(rule, $"The path \"{full}\" of {operation} has more than {PathTemplate.MaxSegments} segments. The rule is left out; shorten the prefix.");
            return;
        }

        var route = new Route
        {
            Index = _routes.Count,
            Service = service,
            Operation = operation,
            Rule = rule,
            Template = full,
            PrefixSegments = literals.Length,
            IsImplicit = isImplicit,
            Partials = Partials(full),
        };
        var node = _root;
        foreach (var segment in full.Segments)
            node = node.Child(segment);
        if (node.Terminal(_verbs.Number(full.Verb)).Add(route) is { } taken)
        {
            Report(rule, $"\"{route}\" of {operation} has the same shape as \"{taken}\" of {taken.Operation} ({taken.Rule.Source}), which comes first and serves. This rule is left out; change one of the two.");
            return;
        }

        _routes.Add(route);
    }

    private static PartialSegment?[]? Partials(PathTemplate template) =>
        template.Segments.Any(static s => s.Kind == SegmentKind.Partial)
            ? [.. template.Segments.Select(static s => s.Kind == SegmentKind.Partial ? new PartialSegment(s.Parts) : null)]
            : null;

    private void Report(HttpRule rule, string message) => diagnostics.Add(new(Severity.Error, rule.Source, message));
}
