using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto.Descriptors;

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
    public static ContractContent Build(FileDescriptorSet set, string source) => Build([.. set.File.Select(DescriptorFile.Of)], source);

    /// <summary>As above; <paramref name="sourceOf"/> gives the document of each file by its import name, where the files are documents of their own.</summary>
    internal static ContractContent Build(IReadOnlyList<DescriptorFile> set, string source, Func<string, string>? sourceOf = null)
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

        return new ContractContent(services.Operations, types, diagnostics) { Files = [.. files.Select(static f => f.File).Select(KeptFiles.Of)] };
    }

    private static List<FileContext> Files(IReadOnlyList<DescriptorFile> set, string source, Func<string, string>? sourceOf, List<Diagnostic> diagnostics)
    {
        var files = new List<FileContext>(set.Count);
        var seen = new Dictionary<string, DescriptorFile>(StringComparer.Ordinal);
        foreach (var file in set)
        {
            if (seen.TryAdd(file.Proto.Name, file))
                continue;
            if (!seen[file.Proto.Name].Proto.Equals(file.Proto))
                diagnostics.Add(new(Severity.Warning, new(source, file.Proto.Name), $"A second, different file {file.Proto.Name} is left out: import names must be unique in a contract."));
        }

        // The list grows while well-known imports are added, which import others in turn.
        var pending = new Queue<DescriptorFile>(seen.Values);
        while (pending.TryDequeue(out var next))
        {
            var file = next.Proto;
            if (FeatureScope.OfFile(file) is { } features && ProtoNames.IsPackage(file.Package))
                files.Add(new FileContext(next, features, sourceOf?.Invoke(file.Name) ?? source, isSet: sourceOf is null));
            else
                diagnostics.Add(new(Severity.Warning, new(source, file.Name), $"File {file.Name} is left out: its syntax '{file.Syntax}' or its package '{file.Package}' is not one of protobuf."));
            foreach (var import in file.Dependency)
            {
                if (seen.ContainsKey(import) || WellKnownFiles.Find(import) is not { } found)
                    continue;
                var added = DescriptorFile.Of(found);
                seen.Add(import, added);
                pending.Enqueue(added);
            }
        }

        return files;
    }
}
