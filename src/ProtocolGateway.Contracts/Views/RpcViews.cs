using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;

namespace ProtocolGateway.Contracts.Views;

/// <summary>The OpenAPI operations of a catalog as gRPC methods.</summary>
/// <param name="Services">For each configured service that has some, its views: gRPC methods with a <see cref="Operation.View"/>.</param>
/// <param name="Files">The .proto files that declare them, with comments; imports of google/protobuf files are not among them.</param>
/// <param name="Manifest">All names and numbers that were given out, now or before.</param>
public sealed record RpcViews(IReadOnlyList<CatalogService> Services, IReadOnlyList<FileDescriptorProto> Files, NameManifest Manifest)
{
    /// <summary>Without views.</summary>
    public static RpcViews None { get; } = new([], [], NameManifest.Empty);

    /// <summary>The files as they are served, without comments, with the files that they import.</summary>
    public IEnumerable<ServiceFiles> ProtoFiles => Services.Zip(Files, static (service, file) =>
    {
        var bare = file.Clone();
        bare.SourceCodeInfo = null;
        return new ServiceFiles(service.Name, [.. FreeTypes.Files, KeptFiles.Of(bare)]);
    });

    /// <summary>Reads the manifest of names and numbers; see <see cref="NameManifest.Read"/>.</summary>
    public static NameManifest ReadManifest(string file, List<Diagnostic> diagnostics) => NameManifest.Read(file, ViewNames.IsValid, "protobuf", diagnostics);

    /// <summary>Makes the views. What cannot be expressed is left out, and named in the diagnostics.</summary>
    /// <param name="services">The catalog's services.</param>
    /// <param name="protoNames">The full names of services and messages that contracts declare themselves: nothing generated may be called so.</param>
    /// <param name="manifest">Names and numbers that were given out before.</param>
    /// <param name="diagnostics">Takes the findings.</param>
    public static RpcViews Build(IReadOnlyList<CatalogService> services, IReadOnlyCollection<string> protoNames, NameManifest manifest, List<Diagnostic> diagnostics)
    {
        var names = new ViewNames(manifest);
        var packages = new PackageNames(names, protoNames);
        packages.Reserve(services.Select(static s => s.Name));
        var made = new List<CatalogService>();
        var files = new List<FileDescriptorProto>();
        foreach (var service in services)
        {
            var natives = service.Operations.Where(static o => o.Kind == ContractKind.Http).ToList();
            if (natives.Count == 0)
                continue;
            var builder = new ViewBuilder(names, service.Name, packages.Take(service.Name), diagnostics);
            if (builder.Build(natives) is not { Count: > 0 } operations)
                continue;
            made.Add(new(service.Name, operations));
            files.Add(builder.File);
        }

        return new(made, files, names.Manifest);
    }
}
