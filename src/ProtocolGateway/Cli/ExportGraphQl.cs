using System.CommandLine;
using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Cli;

/// <summary><c>export graphql</c>: the schema as SDL, and the manifest of its names.</summary>
internal static class ExportGraphQl
{
    public static Command Create()
    {
        var (config, contract, import) = (CommandLine.ConfigOption(), CommandLine.ContractOption(), CommandLine.ImportOption());
        var output = new Option<FileInfo?>("--output", "-o") { Description = "Writes to this file instead of standard output." };
        var manifest = new Option<bool>("--write-manifest") { Description = "Records the schema's names in the file that edges.graphql.manifest names." };
        var command = new Command("graphql", "The GraphQL schema in its definition language (SDL).") { config, contract, import, output, manifest };
        command.SetAction((parsed, cancel) => RunAsync(
            ContractInput.Read(parsed.GetValue(config)?.ToString(), parsed.GetValue(contract) ?? [], parsed.GetValue(import) ?? []),
            parsed.GetValue(output)?.FullName,
            parsed.GetValue(manifest),
            cancel));
        return command;
    }

    private static async Task<int> RunAsync(ConfigResult result, string? output, bool writeManifest, CancellationToken cancel)
    {
        if (ContractInput.Report(result, Console.Error))
            return CommandLine.Failed;
        var loaded = await ContractInput.LoadAsync(result.Config!, cancel);
        // The document goes out all the same, as the gateway would serve what is left; a script sees the exit code.
        var errors = loaded.Catalog.Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d.ToString()).ToList();
        if (loaded.Graph is not { } schema)
            errors.Add(WhyNone(result.Config!.Edges.Graphql));
        else
            await WriteAsync(schema, output, writeManifest ? ManifestOf(result.Config!, errors) : null, errors);
        errors.ForEach(Console.Error.WriteLine);
        return errors.Count == 0 ? 0 : CommandLine.Failed;
    }

    /// <summary>Why there is no schema. What happened while it was built is among the catalog's errors, which are told before.</summary>
    internal static string WhyNone(GraphqlEdgeConfig edge) =>
        edge.Enabled ? "There is no GraphQL schema: the error above says why building it failed." : "edges.graphql.enabled is false: there is no GraphQL schema.";

    private static string? ManifestOf(GatewayConfig config, List<string> errors)
    {
        if (config.Edges.Graphql.Manifest is null)
            errors.Add("--write-manifest needs edges.graphql.manifest in the configuration: the file to write.");
        return config.Edges.Graphql.Manifest;
    }

    private static async Task WriteAsync(GraphSchema schema, string? output, string? manifest, List<string> errors)
    {
        try
        {
            if (output is null)
                await Console.Out.WriteAsync(GraphSdlWriter.Write(schema));
            else
                await File.WriteAllTextAsync(output, GraphSdlWriter.Write(schema));
            if (manifest is not null && schema.Names.Save(manifest) is { } problem)
                errors.Add(problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add("Writing failed: " + e.Message);
        }
    }
}
