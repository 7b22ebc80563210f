using System.CommandLine;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Hosting;

namespace ProtocolGateway.Cli;

/// <summary><c>export</c>: writes documents that are generated.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var (config, contract, import) = (CommandLine.ConfigOption(), CommandLine.ContractOption(), CommandLine.ImportOption());
        var openApi = new Command("openapi", "OpenAPI 3.1 of the REST surface, as /openapi.json serves it.") { config, contract, import };
        openApi.SetAction((parsed, cancel) => OpenApiAsync(
            ContractInput.Read(parsed.GetValue(config)?.ToString(), parsed.GetValue(contract) ?? [], parsed.GetValue(import) ?? []), cancel));
        var schema = new Command("config-schema", "JSON Schema of the configuration, for editors.");
        schema.SetAction(_ =>
        {
            Console.Out.Write(ConfigSchema.Write());
            return 0;
        });
        return new Command("export", "Writes generated documents to standard output.") { openApi, ExportGraphQl.Create(), ExportProto.Create(), schema };
    }

    private static async Task<int> OpenApiAsync(ConfigResult result, CancellationToken cancel)
    {
        if (ContractInput.Report(result, Console.Error))
            return CommandLine.Failed;
        var loaded = await ContractInput.LoadAsync(result.Config!, cancel);
        // The document goes out all the same, as the gateway would serve what is left; a script sees the exit code.
        var errors = loaded.Catalog.Diagnostics.Where(d => d.Severity == Severity.Error).ToList();
        foreach (var error in errors)
            await Console.Error.WriteLineAsync(error.ToString());
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(RestDescription.WriteOpenApi(result.Config!, loaded), cancel);
        return errors.Count == 0 ? 0 : CommandLine.Failed;
    }
}
