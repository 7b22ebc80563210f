using System.CommandLine;
using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Cli;

/// <summary>Writes what is generated from contracts; what is wrong goes to the errors.</summary>
/// <param name="config">The configuration.</param>
/// <param name="loaded">What its contracts yield.</param>
/// <param name="output">Where to write to; null for standard output.</param>
/// <param name="manifest">The file to record names in; null for none.</param>
/// <param name="errors">Takes what is wrong.</param>
/// <param name="cancel">Ends it.</param>
internal delegate Task ExportWriter(GatewayConfig config, LoadedCatalog loaded, string? output, string? manifest, List<string> errors, CancellationToken cancel);

/// <summary>An <c>export</c> that has a manifest of names: reads the contracts, has the document written, and tells what is wrong.</summary>
/// <param name="Name">The verb.</param>
/// <param name="Description">What is exported.</param>
/// <param name="ManifestKey">The key of the configuration that names the manifest.</param>
/// <param name="Manifest">The manifest's file; null where none is configured.</param>
/// <param name="Write">Writes the document.</param>
internal sealed record DocumentExport(string Name, string Description, string ManifestKey, Func<GatewayConfig, string?> Manifest, ExportWriter Write)
{
    /// <summary>The command.</summary>
    /// <param name="output">Where to write to.</param>
    public Command Create(Option<string?> output)
    {
        var (config, contract, import) = (CommandLine.ConfigOption(), CommandLine.ContractOption(), CommandLine.ImportOption());
        var manifest = new Option<bool>("--write-manifest") { Description = $"Records the names that were given out in the file that {ManifestKey} names." };
        var command = new Command(Name, Description) { config, contract, import, output, manifest };
        command.SetAction((parsed, cancel) => RunAsync(
            ContractInput.Read(parsed.GetValue(config)?.ToString(), parsed.GetValue(contract) ?? [], parsed.GetValue(import) ?? []),
            parsed.GetValue(output),
            parsed.GetValue(manifest),
            cancel));
        return command;
    }

    private async Task<int> RunAsync(ConfigResult result, string? output, bool writeManifest, CancellationToken cancel)
    {
        if (ContractInput.Report(result, Console.Error))
            return CommandLine.Failed;
        var loaded = await ContractInput.LoadAsync(result.Config!, cancel);
        // The document goes out all the same, of what is left; a script sees the exit code.
        var errors = loaded.Catalog.Diagnostics.Where(static d => d.Severity == Severity.Error).Select(static d => d.ToString()).ToList();
        var manifest = Manifest(result.Config!);
        if (writeManifest && manifest is null)
            errors.Add($"--write-manifest needs {ManifestKey} in the configuration: the file to write.");
        try
        {
            await Write(result.Config!, loaded, output, writeManifest ? manifest : null, errors, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add("Writing failed: " + e.Message);
        }

        errors.ForEach(Console.Error.WriteLine);
        return errors.Count == 0 ? 0 : CommandLine.Failed;
    }
}
