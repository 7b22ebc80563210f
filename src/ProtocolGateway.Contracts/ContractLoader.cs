using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.OpenApi;
using ProtocolGateway.Contracts.Proto;

namespace ProtocolGateway.Contracts;

/// <summary>
/// Loads contracts of every kind. Nothing here throws for a bad contract: what cannot be used is left out and named in the diagnostics.
/// </summary>
public static class ContractLoader
{
    /// <summary>
    /// Loads one contract by what its path is: a <c>.proto</c> source or a directory of them, a descriptor set (<c>.protoset</c>, <c>.pb</c>,
    /// <c>.binpb</c>, <c>.desc</c>), or an OpenAPI document (<c>.json</c>, <c>.yaml</c>, <c>.yml</c>).
    /// </summary>
    /// <param name="path">The file or directory.</param>
    /// <param name="serviceName">The service's name in the configuration; OpenAPI operations carry it.</param>
    /// <param name="importPaths">Where imports of .proto sources are searched besides their own tree; may be empty.</param>
    public static ContractContent LoadFile(string path, string serviceName, IReadOnlyList<string> importPaths) => Load([path], serviceName, importPaths);

    /// <summary>Loads the contracts of one service together: sources may import each other, and shared types exist once. See <see cref="LoadFile"/>.</summary>
    public static ContractContent Load(IReadOnlyList<string> paths, string serviceName, IReadOnlyList<string> importPaths)
    {
        var sources = new List<string>();
        var contents = new List<ContractContent>();
        foreach (var path in paths)
        {
            if (Directory.Exists(path))
            {
                if (SourcesIn(path, contents) is { Count: > 0 } found)
                    sources.AddRange(found);
                continue;
            }

            if (!File.Exists(path))
            {
                contents.Add(DescriptorSetReader.Failed(path, "The contract does not exist. Check the path; a relative one starts at the configuration's directory."));
                continue;
            }

            switch (Path.GetExtension(path).ToLowerInvariant())
            {
                case ".proto":
                    sources.Add(path);
                    break;
                case ".protoset" or ".pb" or ".binpb" or ".desc":
                    contents.Add(DescriptorSetReader.ReadDescriptorSet(path));
                    break;
                case ".json" or ".yaml" or ".yml":
                    contents.Add(OpenApiContractReader.Read(path, serviceName));
                    break;
                default:
                    contents.Add(DescriptorSetReader.Failed(path, "The contract's kind is unknown. Its name must end in .proto, .protoset, .pb, .binpb, .desc, .json, .yaml or .yml."));
                    break;
            }
        }

        if (sources.Count > 0)
            contents.Add(ProtoSourceReader.ReadSources(sources, importPaths));
        return contents.Count == 1 ? contents[0] : Merge(contents);
    }

    /// <summary>Asks the server at an address for its contract; see <see cref="ReflectionReader.ReadReflectionAsync"/>.</summary>
    public static Task<ContractContent> LoadReflectionAsync(Uri address, CancellationToken cancellation) => ReflectionReader.ReadReflectionAsync(address, cancellation);

    /// <summary>The contents as one. Of two operations with one name the first stays, with a warning; of two types with one name the first, as contracts share types.</summary>
    public static ContractContent Merge(IReadOnlyList<ContractContent> contents)
    {
        var operations = new Dictionary<string, Operation>(StringComparer.Ordinal);
        var types = new Dictionary<string, MessageType>(StringComparer.Ordinal);
        var diagnostics = new List<Diagnostic>();
        foreach (var content in contents)
        {
            diagnostics.AddRange(content.Diagnostics);
            foreach (var operation in content.Operations)
            {
                if (!operations.TryAdd(operation.FullName, operation))
                    diagnostics.Add(new(Severity.Warning, operation.Source, $"{operation.FullName} is left out here: {operations[operation.FullName].Source} declares it already."));
            }

            foreach (var (name, type) in content.Types)
                types.TryAdd(name, type);
        }

        return new ContractContent([.. operations.Values], types, diagnostics) { Files = [.. contents.SelectMany(static c => c.Files)] };
    }

    private static List<string> SourcesIn(string directory, List<ContractContent> contents)
    {
        List<string> sources = [];
        try
        {
            sources.AddRange(Directory.EnumerateFiles(directory, "*.proto", new EnumerationOptions { RecurseSubdirectories = true, MatchCasing = MatchCasing.CaseInsensitive }));
            // The file system's order differs from machine to machine, and generated names depend on the order.
            sources.Sort(StringComparer.Ordinal);
            if (sources.Count == 0)
                contents.Add(DescriptorSetReader.Failed(directory, "The directory holds no .proto files."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            contents.Add(DescriptorSetReader.Failed(directory, $"The directory cannot be read: {e.Message}"));
        }

        return sources;
    }
}
