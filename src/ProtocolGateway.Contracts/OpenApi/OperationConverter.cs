using System.Globalization;
using System.Text;
using Microsoft.OpenApi;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>Operations of a document to those of the model.</summary>
internal sealed class OperationConverter(string service, OpenApiDocument document, SchemaConverter schemas, NameBook names, DiagnosticList diagnostics)
{
    private readonly ParameterConverter _parameters = new(schemas, diagnostics);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly string _serverPath = ServerPaths.Of(document.Servers, diagnostics, "/servers/0");

    /// <summary>All operations that can be called, in the document's order.</summary>
    public List<Operation> ConvertAll()
    {
        var operations = new List<Operation>();
        foreach (var (path, item) in document.Paths)
        {
            var pointer = "/paths/" + DiagnosticList.Escape(path);
            if (Refusal(path) is { } reason)
            {
                diagnostics.Add(Severity.Warning, pointer, reason + " Its operations are left out.");
                continue;
            }

            foreach (var (method, operation) in item?.Operations ?? [])
            {
                var place = pointer + "/" + method.Method.ToLowerInvariant();
                try
                {
                    operations.Add(Convert(path, item!, method.Method.ToUpperInvariant(), operation, place));
                }
                catch (Exception e) when (e is InvalidOperationException or ArgumentException or NullReferenceException or FormatException or NotSupportedException or KeyNotFoundException)
                {
                    // The library resolves references late, and answers broken ones with an exception.
                    diagnostics.Add(Severity.Warning, place, $"The operation cannot be used and is left out: {e.Message}");
                }
            }
        }

        return operations;
    }

    private Operation Convert(string path, IOpenApiPathItem item, string method, OpenApiOperation operation, string pointer)
    {
        var id = OperationName(operation.OperationId, method, path, pointer);
        var inputName = names.Take($"{service}.{id}Request");
        var body = MediaTypes.BodyType(operation.RequestBody?.Content, schemas, $"{service}.{id}Body", pointer);
        var fields = _parameters.Convert(item, operation, path, inputName, body is not null, pointer);
        if (body is { } use)
            fields.Add(BodyField(use, operation.RequestBody!));
        var input = schemas.NewMessage(inputName, null, false);
        input.Complete(fields, []);
        var (status, response) = Success(operation.Responses);
        var output = MediaTypes.BodyType(response?.Content, schemas, $"{service}.{id}Response", pointer);
        var place = diagnostics.At(pointer);
        return new Operation
        {
            FullName = $"{service}.{id}",
            Name = id,
            ServiceName = service,
            Kind = ContractKind.Http,
            Shape = Shape.Unary,
            Input = input,
            Output = output?.Type,
            HttpRules = [new HttpRule { Method = method, Template = path, Body = body is null ? "" : "body", Source = place }],
            Http = new HttpOperationDetails
            {
                OperationId = string.IsNullOrEmpty(operation.OperationId) ? null : operation.OperationId,
                RequestMediaTypes = [.. operation.RequestBody?.Content?.Keys ?? []],
                RequestBodyRequired = operation.RequestBody?.Required ?? false,
                ResponseMediaTypes = [.. response?.Content?.Keys ?? []],
                SuccessStatus = status,
                ServerPath = operation.Servers is { Count: > 0 } own ? ServerPaths.Of(own, diagnostics, pointer + "/servers/0")
                    : item.Servers is { Count: > 0 } shared ? ServerPaths.Of(shared, diagnostics, pointer)
                    : _serverPath,
                Tags = [.. (operation.Tags ?? new HashSet<OpenApiTagReference>()).Select(t => t.Reference?.Id ?? t.Name ?? "").Where(t => t.Length > 0)],
            },
            Idempotency = method switch
            {
                // RFC 9110, sections 9.2.1 and 9.2.2.
                "GET" or "HEAD" or "OPTIONS" or "TRACE" or "QUERY" => Idempotency.NoSideEffects,
                "PUT" or "DELETE" => Idempotency.Idempotent,
                _ => Idempotency.Unknown,
            },
            Documentation = Words(operation.Summary, operation.Description),
            Deprecated = operation.Deprecated,
            Source = place,
        };
    }

    private static Field BodyField(TypeUse use, IOpenApiRequestBody body) => new()
    {
        Name = "body",
        JsonName = "body",
        Number = 0,
        Type = use.Type,
        Nullable = use.Nullable,
        Presence = body.Required ? Presence.Required : Presence.Explicit,
        Documentation = body.Description ?? "",
    };

    // The operationId, or GET /users/{id}/posts as get_users_id_posts.
    private string OperationName(string? declared, string method, string path, string pointer)
    {
        if (!string.IsNullOrWhiteSpace(declared) && _ids.Add(declared))
            return declared;
        var text = new StringBuilder(method.ToLowerInvariant());
        foreach (var c in path)
        {
            if (char.IsAsciiLetterOrDigit(c))
                text.Append(c);
            else if (text[^1] != '_')
                text.Append('_');
        }

        var made = text.ToString().TrimEnd('_');
        var name = made;
        for (var i = 2; !_ids.Add(name); i++)
            name = string.Create(CultureInfo.InvariantCulture, $"{made}_{i}");
        if (string.IsNullOrWhiteSpace(declared))
            diagnostics.Add(Severity.Info, pointer, $"The operation has no operationId; it is called '{name}' after its method and path.");
        else
            diagnostics.Add(Severity.Warning, pointer, $"The operationId '{declared}' is already another operation's; this one is called '{name}'. Make it unique.");
        return name;
    }

    private static (int Status, IOpenApiResponse? Response) Success(OpenApiResponses? responses)
    {
        if (responses is null)
            return (200, null);
        var smallest = int.MaxValue;
        IOpenApiResponse? found = null;
        foreach (var (key, response) in responses)
        {
            if (int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 200 and < 300 && status < smallest)
                (smallest, found) = (status, response);
        }

        if (found is not null)
            return (smallest, found);
        foreach (var (key, response) in responses)
        {
            if (key.Equals("2XX", StringComparison.OrdinalIgnoreCase))
                return (200, response);
        }

        return (200, responses.TryGetValue("default", out var fallback) ? fallback : null);
    }

    private static string? Refusal(string path)
    {
        if (path.Length == 0 || path[0] != '/')
            return "A path must begin with a slash.";
        if (path.AsSpan().IndexOfAny('?', '#') >= 0)
            return "A path must not hold a query or a fragment; declare them as parameters.";
        if (path.AsSpan().IndexOfAny("\r\n\0") >= 0)
            return "A path must not hold control characters.";
        var open = false;
        foreach (var c in path)
        {
            if (c is '{' or '}')
            {
                if (open == (c == '{'))
                    return "The braces in the path do not match.";
                open = c == '{';
            }
        }

        return open ? "The braces in the path do not match." : null;
    }

    private static string Words(string? summary, string? description) =>
        string.IsNullOrWhiteSpace(summary) ? description?.Trim() ?? ""
        : string.IsNullOrWhiteSpace(description) || description.StartsWith(summary, StringComparison.Ordinal) ? (description ?? summary).Trim()
        : summary.Trim() + "\n\n" + description.Trim();
}
