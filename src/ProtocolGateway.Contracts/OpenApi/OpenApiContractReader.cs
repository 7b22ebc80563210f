using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>Reads OpenAPI 2.0, 3.0 and 3.1 documents, JSON or YAML, into the neutral model.</summary>
public static class OpenApiContractReader
{
    // The library walks documents recursively, at several frames a level; DocumentLoader bounds the levels. Only touched pages cost memory.
    private const int StackBytes = 64 * 1024 * 1024;

    /// <summary>
    /// Reads one document. Never throws and never fetches anything: what cannot be used is left out with a diagnostic, and a file that is no
    /// OpenAPI document yields nothing but an error.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="serviceName">The configured service's name; operations are <c>{serviceName}.{operationId}</c>, types <c>{serviceName}.{component}</c>.</param>
    public static ContractContent Read(string path, string serviceName)
    {
        ContractContent? content = null;
        var thread = new Thread(() => content = ReadGuarded(path, serviceName), StackBytes) { IsBackground = true, Name = "openapi" };
        thread.Start();
        thread.Join();
        return content!;
    }

    private static ContractContent ReadGuarded(string path, string serviceName)
    {
        var diagnostics = new DiagnosticList(path);
        try
        {
            if (DocumentLoader.Load(path, diagnostics) is { } document)
            {
                var names = new NameBook();
                var schemas = new SchemaConverter(serviceName, document, names, diagnostics);
                var operations = new OperationConverter(serviceName, document, schemas, names, diagnostics).ConvertAll();
                schemas.ConvertComponents();
                var declared = document.Paths.Sum(p => p.Value?.Operations?.Count ?? 0);
                if (operations.Count == 0 && declared > 0)
                    diagnostics.Add(Severity.Error, "/paths", $"None of the document's {declared} operations can be served; the other findings say why.");
                return new ContractContent(operations, schemas.Types, diagnostics.ToList());
            }
        }
        catch (Exception e)
        {
            // One bad contract never stops the gateway, whatever the library makes of it.
            diagnostics.Add(Severity.Error, "", $"The document cannot be read: {e.Message}");
        }

        return new ContractContent([], new Dictionary<string, MessageType>(), diagnostics.ToList());
    }
}
