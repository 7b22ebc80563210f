using System.Buffers;
using System.Globalization;
using System.Text.Json;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Description;

/// <summary>The live REST surface as an OpenAPI 3.1 document; the same bytes for the same catalog.</summary>
public static class OpenApiDocumentWriter
{
    // The methods that a path item of OpenAPI 3.1 knows; rules of others serve, but cannot be described.
    private static readonly string[] Methods = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

    /// <summary>Writes the document as UTF-8 JSON.</summary>
    /// <param name="catalog">What is served.</param>
    /// <param name="options">Title, version, prefixes.</param>
    /// <param name="output">Takes the bytes.</param>
    public static void Write(Catalog catalog, RestDescriptionOptions options, IBufferWriter<byte> output)
    {
        var paths = Collect(catalog, options, out var tags);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("openapi", "3.1.0");
        json.WriteStartObject("info");
        json.WriteString("title", options.Title);
        json.WriteString("version", options.Version);
        json.WriteEndObject();
        if (options.ServerUrl.Length > 0)
        {
            json.WriteStartArray("servers");
            json.WriteStartObject();
            json.WriteString("url", options.ServerUrl);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteStartArray("tags");
        foreach (var tag in tags)
        {
            json.WriteStartObject();
            json.WriteString("name", tag);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        var schemas = new SchemaWriter(json);
        var operations = new OperationWriter(json, schemas);
        json.WriteStartObject("paths");
        foreach (var path in paths)
        {
            json.WriteStartObject(path.Text);
            foreach (var route in path.Routes)
                operations.Write(route);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("components");
        json.WriteStartObject("schemas");
        WriteProblem(json);
        schemas.WriteComponents();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static List<DescribedPath> Collect(Catalog catalog, RestDescriptionOptions options, out List<string> tags)
    {
        var paths = new Dictionary<string, DescribedPath>(StringComparer.Ordinal);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<Operation>();
        tags = [];
        foreach (var service in catalog.Services)
        {
            foreach (var operation in service.Operations)
            {
                if (!seen.Add(operation))
                    continue;
                if (!tags.Contains(operation.ServiceName))
                    tags.Add(operation.ServiceName);
                foreach (var rule in RulesOf(operation).Where(r => options.IsServed(operation, r)))
                {
                    Add(paths, ids, operation, rule, ExpandedTemplate.Of(options.ServicePrefix(service.Name) + rule.Template));
                }
            }
        }

        return [.. paths.Values.OrderBy(p => p.Text, StringComparer.Ordinal)];
    }

    // An operation without a rule answers at its gRPC path, with the whole input as the body.
    private static IReadOnlyList<HttpRule> RulesOf(Operation operation) => operation.HttpRules.Count > 0 || operation.Kind == ContractKind.Http
        ? operation.HttpRules
        : [new HttpRule { Method = "POST", Template = operation.GrpcPath, Body = "*", Source = operation.Source }];

    private static void Add(Dictionary<string, DescribedPath> paths, HashSet<string> ids, Operation operation, HttpRule rule, ExpandedTemplate template)
    {
        if (Array.IndexOf(Methods, rule.Method) < 0)
            return;
        // Two paths that differ in nothing but variables' names are one path to OpenAPI, so the first rule's names serve all.
        if (!paths.TryGetValue(template.Signature, out var path))
        {
            path = new DescribedPath(template.Path(), [.. template.Variables.Select(v => v.Name)], []);
            paths.Add(template.Signature, path);
        }

        if (path.Routes.Exists(r => r.Rule.Method == rule.Method))
            return;
        var id = operation.FullName;
        for (var i = 2; !ids.Add(id); i++)
            id = string.Create(CultureInfo.InvariantCulture, $"{operation.FullName}_{i}");
        path.Routes.Add(new DescribedRoute(operation, rule, template.Variables, path.Names, id));
    }

    // RFC 9457, and the members that every error of the gateway has beside it.
    private static void WriteProblem(Utf8JsonWriter json)
    {
        json.WriteStartObject("Problem");
        json.WriteString("type", "object");
        json.WriteString("description", "An error as RFC 9457 describes it.");
        json.WriteStartObject("properties");
        foreach (var (name, type) in new[] { ("type", "string"), ("title", "string"), ("status", "integer"), ("detail", "string"), ("instance", "string"), ("code", "string") })
        {
            json.WriteStartObject(name);
            json.WriteString("type", type);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("additionalProperties");
        json.WriteEndObject();
        json.WriteEndObject();
    }
}

/// <summary>One path of the document.</summary>
/// <param name="Text">As it is written.</param>
/// <param name="Names">Its variables' names in order.</param>
/// <param name="Routes">At most one for each method.</param>
internal sealed record DescribedPath(string Text, IReadOnlyList<string> Names, List<DescribedRoute> Routes);

/// <summary>One method of one path.</summary>
/// <param name="Operation">What answers.</param>
/// <param name="Rule">By which rule.</param>
/// <param name="Variables">The rule's variables in order.</param>
/// <param name="Names">What the path calls them.</param>
/// <param name="Id">The operationId, unique in the document.</param>
internal sealed record DescribedRoute(Operation Operation, HttpRule Rule, IReadOnlyList<PathVariable> Variables, IReadOnlyList<string> Names, string Id);
