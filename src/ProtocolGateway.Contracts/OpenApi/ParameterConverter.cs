using Microsoft.OpenApi;
using ProtocolGateway.Contracts.Model;

using FieldStyle = ProtocolGateway.Contracts.Model.ParameterStyle;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>Parameters of an operation to fields of its input.</summary>
internal sealed class ParameterConverter(SchemaConverter schemas, DiagnosticList diagnostics)
{
    /// <summary>
    /// One field for each parameter, the path item's first, each replaced by the operation's own of the same name and place. <see cref="Field.Name"/> is
    /// the name on the wire; <see cref="Field.JsonName"/> is unique among the fields: of two equal names the second has its place after it (<c>id_query</c>).
    /// </summary>
    public List<Field> Convert(IOpenApiPathItem item, OpenApiOperation operation, string path, string inputName, bool hasBody, string pointer)
    {
        var chosen = new Dictionary<(string, FieldLocation), IOpenApiParameter>();
        foreach (var parameter in (item.Parameters ?? []).Concat(operation.Parameters ?? []))
        {
            if (parameter?.Name is { Length: > 0 } name && Location(parameter.In) is { } location)
                chosen[(name, location)] = parameter;
            else
                diagnostics.Add(Severity.Warning, pointer, "A parameter without name or place, or a reference that leads nowhere, is left out.");
        }

        var variables = Variables(path);
        var names = new NameBook();
        if (hasBody)
            names.Take("body");
        var fields = new List<Field>(chosen.Count + 1);
        foreach (var ((name, location), parameter) in chosen)
        {
            // OpenAPI 3.1, section 4.8.12.2.1: these headers belong to the media types and the security schemes.
            if (location == FieldLocation.Header && (Is(name, "accept") || Is(name, "content-type") || Is(name, "authorization")))
                continue;
            if (location == FieldLocation.Path && !variables.Remove(name))
            {
                diagnostics.Add(Severity.Warning, pointer, $"The path parameter '{name}' does not stand in the path; it is left out.");
                continue;
            }

            fields.Add(Make(parameter, name, location, names, inputName, pointer));
        }

        foreach (var name in variables)
        {
            diagnostics.Add(Severity.Info, pointer, $"The path's variable '{name}' is not declared; it is taken as a string.");
            fields.Add(Undeclared(name, names));
        }

        return fields;
    }

    private Field Make(IOpenApiParameter parameter, string name, FieldLocation location, NameBook names, string inputName, string pointer)
    {
        var use = parameter.Content is { Count: > 0 } && parameter.Schema is null
            ? new TypeUse(new ScalarType(ScalarKind.String) { Format = "json" }, false)
            : schemas.Convert(parameter.Schema, $"{inputName}.{name}", pointer);
        // A parameter without a schema is text, not any JSON.
        var type = ReferenceEquals(use.Type, ScalarReader.AnyJson) ? new ScalarType(ScalarKind.String) : use.Type;
        return new Field
        {
            Name = name,
            JsonName = JsonName(name, location, names),
            Number = 0,
            Type = type,
            Presence = parameter.Required || location == FieldLocation.Path ? Presence.Required : Presence.Explicit,
            Nullable = use.Nullable && parameter.Schema is not null && type == use.Type,
            Default = parameter.Schema?.Default?.ToJsonString(),
            Location = location,
            Style = new FieldStyle(StyleName(parameter.Style, location), parameter.Explode && !DocumentMarks.IsOneValue(parameter), parameter.AllowReserved),
            Documentation = parameter.Description ?? "",
            Deprecated = parameter.Deprecated,
        };
    }

    private static Field Undeclared(string name, NameBook names) => new()
    {
        Name = name,
        JsonName = JsonName(name, FieldLocation.Path, names),
        Number = 0,
        Type = new ScalarType(ScalarKind.String),
        Presence = Presence.Required,
        Location = FieldLocation.Path,
        Style = new FieldStyle("simple", false),
    };

    private static string JsonName(string name, FieldLocation location, NameBook names)
    {
        var taken = names.Take(name);
        return taken == name ? name : names.Take($"{name}_{location.ToString().ToLowerInvariant()}");
    }

    private static string StyleName(Microsoft.OpenApi.ParameterStyle? style, FieldLocation location) => style switch
    {
        Microsoft.OpenApi.ParameterStyle.Form => "form",
        Microsoft.OpenApi.ParameterStyle.Simple => "simple",
        Microsoft.OpenApi.ParameterStyle.Label => "label",
        Microsoft.OpenApi.ParameterStyle.Matrix => "matrix",
        Microsoft.OpenApi.ParameterStyle.SpaceDelimited => "spaceDelimited",
        Microsoft.OpenApi.ParameterStyle.PipeDelimited => "pipeDelimited",
        Microsoft.OpenApi.ParameterStyle.DeepObject => "deepObject",
        // OpenAPI 3.1, section 4.8.12.2.
        _ => location is FieldLocation.Query or FieldLocation.Cookie ? "form" : "simple",
    };

    private static FieldLocation? Location(ParameterLocation? location) => location switch
    {
        ParameterLocation.Path => FieldLocation.Path,
        ParameterLocation.Query => FieldLocation.Query,
        ParameterLocation.Header => FieldLocation.Header,
        ParameterLocation.Cookie => FieldLocation.Cookie,
        _ => null,
    };

    private static bool Is(string name, string lowerCase) => name.Equals(lowerCase, StringComparison.OrdinalIgnoreCase);

    private static List<string> Variables(string path)
    {
        var names = new List<string>();
        for (var start = path.IndexOf('{', StringComparison.Ordinal); start >= 0; start = path.IndexOf('{', start + 1))
        {
            var end = path.IndexOf('}', start);
            if (end < 0)
                break;
            var name = path[(start + 1)..end];
            if (!names.Contains(name))
                names.Add(name);
        }

        return names;
    }
}
