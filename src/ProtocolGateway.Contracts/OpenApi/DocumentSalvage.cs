using System.Text.Json.Nodes;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>
/// Takes out of a document the paths and components that the library cannot read. It answers odd input with exceptions, and one odd component
/// must not cost the whole contract. Each part is read alone, so the work stays linear.
/// </summary>
internal sealed class DocumentSalvage(JsonObject document, Action<JsonNode> read, DiagnosticList diagnostics)
{
    /// <summary>Takes the parts out, each with a diagnostic.</summary>
    /// <returns>True where some were taken out, and so reading the rest is worth a try.</returns>
    public bool TakeOut()
    {
        var any = TakeOut(document, "paths", "");
        if (document["components"] is JsonObject components)
        {
            foreach (var kind in components.Select(c => c.Key).ToList())
                any |= TakeOut(components, kind, "/components");
        }

        // Swagger 2 has its components at the top.
        foreach (var kind in new[] { "definitions", "parameters", "responses" })
            any |= TakeOut(document, kind, "");
        return any;
    }

    private bool TakeOut(JsonObject parent, string kind, string pointer)
    {
        if (parent[kind] is not JsonObject parts)
            return false;
        var any = false;
        foreach (var (name, part) in parts.ToList())
        {
            if (WhyNot(kind, pointer.Length > 0, name, part) is not { } why)
                continue;
            parts.Remove(name);
            diagnostics.Add(Severity.Warning, $"{pointer}/{kind}/{DiagnosticList.Escape(name)}", $"This part of the document is left out because it cannot be read: {why}");
            any = true;
        }

        return any;
    }

    private string? WhyNot(string kind, bool isComponent, string name, JsonNode? part)
    {
        var alone = new JsonObject { ["info"] = new JsonObject { ["title"] = "", ["version"] = "" }, ["paths"] = new JsonObject() };
        foreach (var version in new[] { "openapi", "swagger" })
        {
            if (document[version] is { } value)
                alone[version] = value.DeepClone();
        }

        var parts = new JsonObject { [name] = part?.DeepClone() };
        if (isComponent)
            alone["components"] = new JsonObject { [kind] = parts };
        else
            alone[kind] = parts;
        try
        {
            read(alone);
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e.Message;
        }
    }
}
