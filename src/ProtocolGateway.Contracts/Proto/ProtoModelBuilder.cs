using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>
/// Turns a set of file descriptors into the neutral model: linear in the size of the set, without recursion, and without exceptions for bad
/// descriptors; what cannot be used is left out and named in the diagnostics.
/// </summary>
public static class ProtoModelBuilder
{
    /// <summary>Builds the model. Well-known imports that the set lacks are added.</summary>
    /// <param name="set">The files, in any order.</param>
    /// <param name="source">What places in diagnostics name as the document: the set's path, or the address of the reflection server.</param>
    public static ContractContent Build(FileDescriptorSet set, string source) => Build(set, source, _ => source);

    /// <summary>As above; <paramref name="sourceOf"/> gives the document of each file by its import name.</summary>
    internal static ContractContent Build(FileDescriptorSet set, string source, Func<string, string> sourceOf)
    {
        var diagnostics = new List<Diagnostic>();
        var table = new TypeTable(diagnostics);
        var files = Files(set, source, sourceOf, diagnostics);
        foreach (var file in files)
            table.Declare(file);
        var messages = new MessageReader(table, diagnostics);
        messages.Read(files);
        var services = new ServiceReader(table, messages.Unusable, diagnostics);
        foreach (var file in files)
            services.Read(file);

        var types = new Dictionary<string, MessageType>(table.Messages.Count, StringComparer.Ordinal);
        foreach (var draft in table.Messages)
        {
            if (!draft.IsMapEntry && !messages.Unusable.ContainsKey(draft.Type))
                types.Add(draft.FullName, draft.Type);
        }

        return new ContractContent(services.Operations, types, diagnostics);
    }

    private static List<FileContext> Files(FileDescriptorSet set, string source, Func<string, string> sourceOf, List<Diagnostic> diagnostics)
    {
        var files = new List<FileContext>(set.File.Count);
        var seen = new Dictionary<string, FileDescriptorProto>(StringComparer.Ordinal);
        foreach (var file in set.File)
        {
            if (seen.TryAdd(file.Name, file))
                continue;
            if (!seen[file.Name].Equals(file))
                diagnostics.Add(new(Severity.Warning, new(source, file.Name), $"A second, different file {file.Name} is left out: import names must be unique in a contract."));
        }

        // The list grows while well-known imports are added, which import others in turn.
        var pending = new Queue<FileDescriptorProto>(seen.Values);
        while (pending.TryDequeue(out var file))
        {
            if (FeatureScope.OfFile(file) is { } features && ProtoNames.IsPackage(file.Package))
                files.Add(new FileContext(file, features, sourceOf(file.Name)));
            else
                diagnostics.Add(new(Severity.Warning, new(source, file.Name), $"File {file.Name} is left out: its syntax '{file.Syntax}' or its package '{file.Package}' is not one of protobuf."));
            foreach (var import in file.Dependency)
            {
                if (seen.ContainsKey(import) || WellKnownFiles.Find(import) is not { } found)
                    continue;
                seen.Add(import, found);
                pending.Enqueue(found);
            }
        }

        return files;
    }
}
