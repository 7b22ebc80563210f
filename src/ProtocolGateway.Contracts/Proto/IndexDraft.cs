using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>A <see cref="DescriptorIndex"/> while it is made.</summary>
internal sealed class IndexDraft(HashSet<string> services)
{
    public Dictionary<string, ServedFile> Files { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ServedFile> Symbols { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SortedDictionary<int, ServedFile>> Extensions { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Messages { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds the files of one contract.</summary>
    public void Add(ServiceFiles contract)
    {
        var files = new Dictionary<string, FileDescriptorProto>(StringComparer.Ordinal);
        foreach (var file in contract.Files)
        {
            if (!files.ContainsKey(file.Name))
                files.Add(file.Name, FileDescriptorProto.Parser.ParseFrom(file.Bytes.Span));
        }

        // What a file imports comes before it, for a changed import changes it too. A stack of our own: chains of imports may be long.
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var begun = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(files.Keys.Reverse());
        while (open.TryPop(out var name))
        {
            if (names.ContainsKey(name))
                continue;
            var file = files[name];
            var missing = begun.Add(name) ? file.Dependency.Where(d => files.ContainsKey(d) && !begun.Contains(d)).ToList() : [];
            if (missing.Count > 0)
            {
                open.Push(name);
                missing.ForEach(open.Push);
                continue;
            }

            names.Add(name, Take(file, contract.Service, names));
        }
    }

    // The name under which the file is served.
    private string Take(FileDescriptorProto file, string service, Dictionary<string, string> names)
    {
        for (var i = 0; i < file.Dependency.Count; i++)
            file.Dependency[i] = names.GetValueOrDefault(file.Dependency[i], file.Dependency[i]);
        for (var i = file.Service.Count - 1; i >= 0; i--)
        {
            if (!services.Contains(ProtoNames.Join(file.Package, file.Service[i].Name)))
                file.Service.RemoveAt(i);
        }

        DropDefaults(file);
        var name = file.Name;
        for (var i = 1; Files.TryGetValue(file.Name, out var other); i++)
        {
            // Whose version of google's files comes first serves all: nothing but their options ever differs, and clients know them by these names.
            if (WellKnownFiles.Has(file.Name) || other.Bytes.Span.SequenceEqual(file.ToByteArray()))
                return file.Name;
            file.Name = i == 1 ? $"{service}/{name}" : string.Create(CultureInfo.InvariantCulture, $"{service}/{i}/{name}");
        }

        var served = new ServedFile(file.Name, file.ToByteString(), [.. file.Dependency]);
        Files.Add(file.Name, served);
        Declare(file, served);
        return file.Name;
    }

    // Some sources say json_name where it is what it would be anyway, and others do not: that makes no other file.
    private static void DropDefaults(FileDescriptorProto file)
    {
        var pending = new Stack<DescriptorProto>(file.MessageType);
        while (pending.TryPop(out var message))
        {
            foreach (var field in message.Field)
            {
                if (field.HasJsonName && field.JsonName == ProtoNames.ToJsonName(field.Name))
                    field.ClearJsonName();
            }

            foreach (var nested in message.NestedType)
                pending.Push(nested);
        }
    }

    private void Declare(FileDescriptorProto file, ServedFile served)
    {
        foreach (var service in file.Service)
        {
            var name = ProtoNames.Join(file.Package, service.Name);
            Symbols.TryAdd(name, served);
            foreach (var method in service.Method)
                Symbols.TryAdd(name + "." + method.Name, served);
        }

        DeclareEnums(file.Package, file.EnumType, served);
        DeclareExtensions(file.Package, file.Extension, served);
        var pending = new Stack<(string Scope, DescriptorProto Message)>(file.MessageType.Select(m => (file.Package, m)));
        while (pending.TryPop(out var next))
        {
            var name = ProtoNames.Join(next.Scope, next.Message.Name);
            Messages.Add(name);
            Symbols.TryAdd(name, served);
            foreach (var field in next.Message.Field)
                Symbols.TryAdd(name + "." + field.Name, served);
            foreach (var oneof in next.Message.OneofDecl)
                Symbols.TryAdd(name + "." + oneof.Name, served);
            DeclareEnums(name, next.Message.EnumType, served);
            DeclareExtensions(name, next.Message.Extension, served);
            foreach (var nested in next.Message.NestedType)
                pending.Push((name, nested));
        }
    }

    // A value is a symbol of the scope that its enum is in (language guide, "Enum Value Options"); some clients ask with the enum's name before it.
    private void DeclareEnums(string scope, IEnumerable<EnumDescriptorProto> enums, ServedFile served)
    {
        foreach (var type in enums)
        {
            var name = ProtoNames.Join(scope, type.Name);
            Symbols.TryAdd(name, served);
            foreach (var value in type.Value)
            {
                Symbols.TryAdd(ProtoNames.Join(scope, value.Name), served);
                Symbols.TryAdd(name + "." + value.Name, served);
            }
        }
    }

    private void DeclareExtensions(string scope, IEnumerable<FieldDescriptorProto> extensions, ServedFile served)
    {
        foreach (var extension in extensions)
        {
            Symbols.TryAdd(ProtoNames.Join(scope, extension.Name), served);
            var extended = extension.Extendee.TrimStart('.');
            if (!Extensions.TryGetValue(extended, out var numbers))
                Extensions.Add(extended, numbers = []);
            numbers.TryAdd(extension.Number, served);
        }
    }
}
