using System.CommandLine;
using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Views;

namespace ProtocolGateway.Cli;

/// <summary><c>export proto</c>: the .proto sources of what is generated from OpenAPI contracts, and the manifest of their names and numbers.</summary>
internal static class ExportProto
{
    public static Command Create()
    {
        var (config, contract, import) = (CommandLine.ConfigOption(), CommandLine.ContractOption(), CommandLine.ImportOption());
        var output = new Option<DirectoryInfo?>("--output", "-o") { Description = "Writes the files below this directory instead of to standard output." };
        var manifest = new Option<bool>("--write-manifest") { Description = "Records names and numbers in the file that edges.grpc.manifest names." };
        var command = new Command("proto", "The .proto sources of HTTP services, whose operations are gRPC methods.") { config, contract, import, output, manifest };
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
        // The sources go out all the same, of what is left; a script sees the exit code.
        var errors = loaded.Catalog.Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => d.ToString()).ToList();
        if (loaded.Views.Files.Count == 0)
            errors.Add("No service has operations of an OpenAPI contract: the others have their .proto sources already.");
        var manifest = result.Config!.Edges.Grpc.Manifest;
        if (writeManifest && manifest is null)
            errors.Add("--write-manifest needs edges.grpc.manifest in the configuration: the file to write.");
        try
        {
            await WriteAsync(loaded.Views, output, cancel);
            if (writeManifest && manifest is not null && loaded.Views.Manifest.Save(manifest) is { } problem)
                errors.Add(problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add("Writing failed: " + e.Message);
        }

        errors.ForEach(Console.Error.WriteLine);
        return errors.Count == 0 ? 0 : CommandLine.Failed;
    }

    private static async Task WriteAsync(RpcViews views, string? output, CancellationToken cancel)
    {
        foreach (var file in views.Files)
        {
            if (output is null)
            {
                await Console.Out.WriteAsync($"// {file.Name}\n{ProtoText.Write(file)}");
                continue;
            }

            // Packages are identifiers, so the name leads nowhere else.
            var path = Path.Combine(output, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllTextAsync(path, ProtoText.Write(file), cancel);
        }
    }
}
