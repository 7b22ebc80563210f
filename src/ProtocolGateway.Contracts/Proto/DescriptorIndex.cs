using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>The .proto files of one configured service.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Files">Its files.</param>
public sealed record ServiceFiles(string Service, IReadOnlyList<ProtoFile> Files);

/// <summary>A file as reflection serves it.</summary>
/// <param name="Name">Its name: unique among all.</param>
/// <param name="Bytes">A serialized google.protobuf.FileDescriptorProto.</param>
/// <param name="Dependencies">The files that it imports, as far as they are served.</param>
public sealed record ServedFile(string Name, ByteString Bytes, IReadOnlyList<string> Dependencies);

/// <summary>
/// The .proto files of a whole catalog by name and by what they declare, as server reflection asks for them. Contracts may have different files of one name:
/// the first keeps it, the other is served as <c>{service}/{name}</c> and its contract's files import that. Of a symbol that both declare, the first's is found.
/// Immutable.
/// </summary>
public sealed class DescriptorIndex
{
    private readonly FrozenDictionary<string, ServedFile> _files;
    private readonly FrozenDictionary<string, ServedFile> _symbols;
    private readonly FrozenDictionary<string, SortedDictionary<int, ServedFile>> _extensions;
    private readonly FrozenSet<string> _messages;

    private DescriptorIndex(IReadOnlyList<string> services, IndexDraft draft)
    {
        Services = services;
        _files = draft.Files.ToFrozenDictionary(StringComparer.Ordinal);
        _symbols = draft.Symbols.ToFrozenDictionary(StringComparer.Ordinal);
        _extensions = draft.Extensions.ToFrozenDictionary(StringComparer.Ordinal);
        _messages = draft.Messages.ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>The full names of the services that are served, in alphabetical order.</summary>
    public IReadOnlyList<string> Services { get; }

    /// <summary>Indexes files.</summary>
    /// <param name="contracts">The files, in the order that decides who keeps a name.</param>
    /// <param name="services">The full names of the services that are served; of others, nothing is told.</param>
    public static DescriptorIndex Build(IEnumerable<ServiceFiles> contracts, IReadOnlyCollection<string> services)
    {
        var served = services.ToHashSet(StringComparer.Ordinal);
        var draft = new IndexDraft(served);
        foreach (var contract in contracts)
            draft.Add(contract);
        return new([.. served.Order(StringComparer.Ordinal)], draft);
    }

    /// <summary>The file of that name.</summary>
    public ServedFile? FindFile(string name) => _files.GetValueOrDefault(name);

    /// <summary>The file that declares a service, method, message, field, oneof, enum, value or extension of that full name.</summary>
    public ServedFile? FindSymbol(string fullName) => _symbols.GetValueOrDefault(fullName);

    /// <summary>The file that declares the extension of that number of a message.</summary>
    public ServedFile? FindExtension(string message, int number) => _extensions.GetValueOrDefault(message)?.GetValueOrDefault(number);

    /// <summary>The numbers of a message's extensions; null where there is no such message.</summary>
    public IReadOnlyCollection<int>? ExtensionsOf(string message) =>
        _extensions.TryGetValue(message, out var numbers) ? numbers.Keys : _messages.Contains(message) ? [] : null;
}
