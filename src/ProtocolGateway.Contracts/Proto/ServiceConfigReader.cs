using ProtocolGateway.Contracts.Model;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>
/// HTTP rules outside of the contract, in the service-config form (google.api.Service, its field <c>http</c>; see google/api/http.proto).
/// </summary>
public static class ServiceConfigReader
{
    /// <summary>
    /// The operations with the rules of the file in place of their own. Of several rules for one method the last wins, as the format says.
    /// Keys may be written in snake or camel case; keys beside <c>http</c> mean nothing here.
    /// </summary>
    public static IReadOnlyList<Operation> Apply(IReadOnlyList<Operation> operations, string yamlPath, List<Diagnostic> diagnostics)
    {
        var rules = Read(yamlPath, diagnostics);
        if (rules.Count == 0)
            return operations;
        var result = new List<Operation>(operations.Count);
        foreach (var operation in operations)
            result.Add(rules.Remove(operation.FullName, out var own) ? WithRules(operation, own.Rules) : operation);
        foreach (var (selector, own) in rules)
            diagnostics.Add(new(Severity.Warning, own.Place, $"The HTTP rule for {selector} is left out: no contract has that method. Selectors are full names, as in shop.v1.Shop.GetUser."));
        return result;
    }

    private static Dictionary<string, (SourceLocation Place, List<HttpRule> Rules)> Read(string path, List<Diagnostic> diagnostics)
    {
        var rules = new Dictionary<string, (SourceLocation, List<HttpRule>)>(StringComparer.Ordinal);
        var stream = new YamlStream();
        try
        {
            using var reader = File.OpenText(path);
            stream.Load(reader);
        }
        catch (YamlException e)
        {
            diagnostics.Add(new(Severity.Error, new(path, $"{e.Start.Line}:{e.Start.Column}"), $"The file is not YAML: {e.Message}"));
            return rules;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.Add(new(Severity.Error, new(path, ""), $"The file of HTTP rules cannot be read: {e.Message}"));
            return rules;
        }

        var root = stream.Documents.Count > 0 ? stream.Documents[0].RootNode : null;
        if (Child(Child(root, "http"), "rules") is not YamlSequenceNode list)
        {
            diagnostics.Add(new(Severity.Warning, new(path, ""), "The file has no list http.rules, so it changes nothing."));
            return rules;
        }

        var fullyDecode = Text(Child(root, "http"), "fully_decode_reserved_expansion") == "true";
        foreach (var node in list)
        {
            var place = Place(path, node);
            var selector = Text(node, "selector");
            if (selector.Length == 0)
            {
                diagnostics.Add(new(Severity.Warning, place, "A rule is left out: it has no selector that names its method."));
                continue;
            }

            rules[selector] = (place, ReadRules(node, selector, path, fullyDecode, diagnostics));
        }

        return rules;
    }

    private static List<HttpRule> ReadRules(YamlNode node, string selector, string path, bool fullyDecode, List<Diagnostic> diagnostics)
    {
        var rules = new List<HttpRule>();
        Add(node);
        if (Child(node, "additional_bindings") is not YamlSequenceNode bindings)
            return rules;
        foreach (var binding in bindings)
        {
            if (Child(binding, "additional_bindings") is not null)
                diagnostics.Add(new(Severity.Warning, Place(path, binding), $"Additional bindings within an additional binding of {selector} are left out: http.proto allows one level."));
            Add(binding);
        }

        return rules;

        void Add(YamlNode rule)
        {
            var (verb, template) = Pattern(rule);
            if (HttpRuleReader.Make(verb, template, Text(rule, "body"), Text(rule, "response_body"), Place(path, rule), fullyDecode) is { } made)
                rules.Add(made);
            else
                diagnostics.Add(new(Severity.Warning, Place(path, rule), $"A rule of {selector} is left out: it needs one of get, put, post, delete, patch and custom, with a path that begins with a slash."));
        }
    }

    private static (string Verb, string Template) Pattern(YamlNode rule)
    {
        foreach (var verb in (ReadOnlySpan<string>)["get", "put", "post", "delete", "patch"])
        {
            if (Text(rule, verb) is { Length: > 0 } template)
                return (verb.ToUpperInvariant(), template);
        }

        var custom = Child(rule, "custom");
        return (Text(custom, "kind").ToUpperInvariant(), Text(custom, "path"));
    }

    private static string Text(YamlNode? node, string key) => (Child(node, key) as YamlScalarNode)?.Value ?? "";

    private static YamlNode? Child(YamlNode? node, string key)
    {
        if (node is not YamlMappingNode map)
            return null;
        return map.Children.TryGetValue(new YamlScalarNode(key), out var child) || map.Children.TryGetValue(new YamlScalarNode(ProtoNames.ToJsonName(key)), out child)
            ? child
            : null;
    }

    private static SourceLocation Place(string path, YamlNode node) => new(path, $"{node.Start.Line}:{node.Start.Column}");

    private static Operation WithRules(Operation operation, List<HttpRule> rules) => new()
    {
        FullName = operation.FullName,
        Name = operation.Name,
        ServiceName = operation.ServiceName,
        Kind = operation.Kind,
        Shape = operation.Shape,
        Input = operation.Input,
        Output = operation.Output,
        HttpRules = rules,
        Http = operation.Http,
        Idempotency = operation.Idempotency,
        Documentation = operation.Documentation,
        Deprecated = operation.Deprecated,
        Source = operation.Source,
    };
}
