using System.Globalization;
using System.Text.Json;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Description;

/// <summary>Operations of the description: parameters, body, answers.</summary>
internal sealed class OperationWriter(Utf8JsonWriter json, SchemaWriter schemas)
{
    private readonly QueryWriter _query = new(json, schemas);

    /// <summary>Writes one route under its method's name.</summary>
    public void Write(DescribedRoute route)
    {
        var operation = route.Operation;
        json.WriteStartObject(route.Rule.Method.ToLowerInvariant());
        json.WriteString("operationId", route.Id);
        json.WriteStartArray("tags");
        json.WriteStringValue(operation.ServiceName);
        json.WriteEndArray();
        json.WriteString("summary", Summary(operation));
        schemas.Words(operation.Documentation, operation.Deprecated);
        json.WriteStartArray("parameters");
        if (operation.Kind == ContractKind.Http)
            DeclaredParameters(route);
        else
            BoundParameters(route);
        json.WriteEndArray();
        RequestBody(route);
        Responses(route);
        json.WriteEndObject();
    }

    private void BoundParameters(DescribedRoute route)
    {
        for (var i = 0; i < route.Variables.Count; i++)
        {
            var variable = route.Variables[i];
            var field = FieldAt(route.Operation.Input, variable.FieldPath);
            var note = variable.Whole || variable.FieldPath.Length == 0 ? field?.Documentation ?? "" : $"A part of '{variable.FieldPath}'. {field?.Documentation}".TrimEnd();
            if (variable.ManySegments)
                note = (note + "\n\nMay hold slashes: it takes any number of segments.").TrimStart();
            json.WriteStartObject();
            json.WriteString("name", route.Names[i]);
            json.WriteString("in", "path");
            json.WriteBoolean("required", true);
            schemas.Words(note, field?.Deprecated ?? false);
            json.WritePropertyName("schema");
            if (variable.Whole && field is not null)
                schemas.Write(field.Type, proto: true);
            else
                schemas.Typed("string", null);
            json.WriteEndObject();
        }

        if (route.Rule.Body != "*")
            _query.Write(route);
    }

    private void DeclaredParameters(DescribedRoute route)
    {
        foreach (var field in route.Operation.Input.Fields)
        {
            if (field.Location == FieldLocation.Body)
                continue;
            var name = field.Name;
            if (field.Location == FieldLocation.Path)
            {
                // Another rule of the same path may have named the variable.
                var index = IndexOf(route.Variables, field.Name);
                name = index < 0 ? name : route.Names[index];
            }

            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("in", field.Location.ToString().ToLowerInvariant());
            if (field.Presence == Presence.Required || field.Location == FieldLocation.Path)
                json.WriteBoolean("required", true);
            schemas.Words(field.Documentation, field.Deprecated);
            if (field.Style is { } style)
            {
                json.WriteString("style", style.Name);
                json.WriteBoolean("explode", style.Explode);
                // OpenAPI 3.1 has it for the query alone.
                if (style.AllowReserved && field.Location == FieldLocation.Query)
                    json.WriteBoolean("allowReserved", true);
            }

            json.WritePropertyName("schema");
            schemas.Write(field.Type, proto: false, field.Nullable);
            json.WriteEndObject();
        }
    }

    private void RequestBody(DescribedRoute route)
    {
        var operation = route.Operation;
        var rule = route.Rule;
        if (rule.Body.Length == 0)
            return;
        var proto = operation.Kind == ContractKind.Grpc;
        var field = rule.Body == "*" ? null : FieldAt(operation.Input, rule.Body);
        var type = field is null ? operation.Input : field.Type;
        json.WriteStartObject("requestBody");
        if (proto ? rule.Body == "*" : operation.Http?.RequestBodyRequired ?? false)
            json.WriteBoolean("required", true);
        schemas.Words(field?.Documentation ?? "", false);
        json.WriteStartObject("content");
        if (!proto && operation.Http is { RequestMediaTypes.Count: > 0 } http)
        {
            foreach (var media in http.RequestMediaTypes.Distinct(StringComparer.Ordinal))
                Content(media, type, proto, field?.Nullable ?? false);
        }
        else if (type is MessageType { WellKnown: WellKnown.HttpBody })
        {
            Raw();
        }
        else if (operation.Shape is Shape.ClientStreaming or Shape.Duplex)
        {
            Content("application/x-ndjson", type, proto);
            Content("application/json", new ListType(type), proto);
        }
        else
        {
            Content("application/json", type, proto);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Responses(DescribedRoute route)
    {
        var operation = route.Operation;
        var proto = operation.Kind == ContractKind.Grpc;
        var status = operation.Http?.SuccessStatus ?? 200;
        var type = route.Rule.ResponseBody.Length > 0 && operation.Output is MessageType output ? FieldAt(output, route.Rule.ResponseBody)?.Type ?? output : operation.Output;
        json.WriteStartObject("responses");
        json.WriteStartObject(status.ToString(CultureInfo.InvariantCulture));
        json.WriteString("description", "Success.");
        if (type is not null)
        {
            json.WriteStartObject("content");
            if (!proto && operation.Http is { ResponseMediaTypes.Count: > 0 } http)
            {
                foreach (var media in http.ResponseMediaTypes.Distinct(StringComparer.Ordinal))
                    Content(media, type, proto);
            }
            else if (type is MessageType { WellKnown: WellKnown.HttpBody })
            {
                Raw();
            }
            else if (operation.Shape is Shape.ServerStreaming or Shape.Duplex)
            {
                Content("application/x-ndjson", type, proto);
                Content("text/event-stream", type, proto);
                Content("application/json", new ListType(type), proto);
            }
            else
            {
                Content("application/json", type, proto);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("default");
        json.WriteString("description", "An error.");
        json.WriteStartObject("content");
        json.WriteStartObject("application/problem+json");
        json.WriteStartObject("schema");
        json.WriteString("$ref", "#/components/schemas/Problem");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Content(string media, DataType type, bool proto, bool nullable = false)
    {
        json.WriteStartObject(media);
        json.WritePropertyName("schema");
        schemas.Write(type, proto, nullable);
        json.WriteEndObject();
    }

    private void Raw()
    {
        json.WriteStartObject("*/*");
        json.WriteStartObject("schema");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Summary(Operation operation)
    {
        var text = operation.Documentation.AsSpan().Trim();
        var end = text.IndexOfAny('\r', '\n');
        text = end < 0 ? text : text[..end].TrimEnd();
        return text.IsEmpty || text.Length > 120 ? operation.Name : text.ToString();
    }

    private static int IndexOf(IReadOnlyList<PathVariable> variables, string field)
    {
        for (var i = 0; i < variables.Count; i++)
        {
            if (variables[i].FieldPath == field)
                return i;
        }

        return -1;
    }

    private static Field? FieldAt(MessageType message, string path)
    {
        Field? field = null;
        var current = message;
        foreach (var name in path.Split('.'))
        {
            field = current?.FindField(name);
            current = field?.Type as MessageType;
        }

        return field;
    }
}
