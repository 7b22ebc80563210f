using System.CommandLine;
using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Views;

namespace ProtocolGateway.Cli;

/// <summary><c>export proto</c>: the .proto sources of what is generated from OpenAPI contracts, and the manifest of their names and numbers.</summary>
internal static class ExportProto
{
    public static Command Create() =>
        new DocumentExport("proto", "The .proto sources of HTTP services, whose operations are gRPC methods.", "edges.grpc.manifest", static c => c.Edges.Grpc.Manifest, WriteAsync)
            .Create(new("--output", "-o") { Description = "Writes the files below this directory instead of to standard output." });

    private static async Task WriteAsync(GatewayConfig config, LoadedCatalog loaded, string? output, string? manifest, List<string> errors, CancellationToken cancel)
    {
        if (loaded.Views.Files.Count == 0)
            errors.Add("No service has operations of an OpenAPI contract: the others have their .proto sources already.");
        foreach (var file in loaded.Views.Files)
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

        if (manifest is not null && loaded.Views.Manifest.Save(manifest) is { } problem)
            errors.Add(problem);
    }
}
