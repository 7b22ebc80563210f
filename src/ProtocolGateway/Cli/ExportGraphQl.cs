using System.CommandLine;
using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Cli;

/// <summary><c>export graphql</c>: the schema as SDL, and the manifest of its names.</summary>
internal static class ExportGraphQl
{
    public static Command Create() =>
        new DocumentExport("graphql", "The GraphQL schema in its definition language (SDL).", "edges.graphql.manifest", static c => c.Edges.Graphql.Manifest, WriteAsync)
            .Create(new("--output", "-o") { Description = "Writes to this file instead of standard output." });

    /// <summary>Why there is no schema. What happened while it was built is among the catalog's errors, which are told before.</summary>
    internal static string WhyNone(GraphqlEdgeConfig edge) =>
        edge.Enabled ? "There is no GraphQL schema: the error above says why building it failed." : "edges.graphql.enabled is false: there is no GraphQL schema.";

    private static async Task WriteAsync(GatewayConfig config, LoadedCatalog loaded, string? output, string? manifest, List<string> errors, CancellationToken cancel)
    {
        if (loaded.Graph is not { } schema)
        {
            errors.Add(WhyNone(config.Edges.Graphql));
            return;
        }

        if (output is null)
            await Console.Out.WriteAsync(GraphSdlWriter.Write(schema));
        else
            await File.WriteAllTextAsync(output, GraphSdlWriter.Write(schema), cancel);
        if (manifest is not null && schema.Names.Save(manifest) is { } problem)
            errors.Add(problem);
    }
}
