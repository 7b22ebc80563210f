using System.CommandLine;
using ProtocolGateway.Config;
using ProtocolGateway.Edges.Rest.Description;

namespace ProtocolGateway.Cli;

/// <summary><c>export</c>: writes documents that are generated.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var (config, contract, import) = (CommandLine.ConfigOption(), CommandLine.ContractOption(), CommandLine.ImportOption());
        var openApi = new Command("openapi", "OpenAPI 3.1 of the REST surface, as /openapi.json serves it.") { config, contract, import };
        openApi.SetAction((parsed, cancel) => OpenApiAsync(parsed.GetValue(config)?.ToString(), parsed.GetValue(contract) ?? [], parsed.GetValue(import) ?? [], cancel));
        var schema = new Command("config-schema", "JSON Schema of the configuration, for editors.");
        schema.SetAction(_ =>
        {
            Console.Out.Write(ConfigSchema.Write());
            return 0;
        });
        return new Command("export", "Writes generated documents to standard output.") { openApi, schema };
    }

    private static async Task<int> OpenApiAsync(string? config, IReadOnlyList<string> contracts, IReadOnlyList<string> imports, CancellationToken cancel)
    {
        var result = ContractInput.Read(config, contracts, imports);
        if (ContractInput.Report(result, Console.Error))
            return CommandLine.Failed;
        var loaded = await ContractInput.LoadAsync(result.Config!, cancel);
        await using var output = Console.OpenStandardOutput();
        await output.WriteAsync(RestDescription.Write(result.Config!, loaded), cancel);
        return 0;
    }
}
