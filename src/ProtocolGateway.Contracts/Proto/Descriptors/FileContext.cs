using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Proto.Descriptors;

/// <summary>One file of a set while it is being read: its features, comments and places.</summary>
/// <param name="file">The file.</param>
/// <param name="features">What holds for the whole file.</param>
/// <param name="source">The document that diagnostics name.</param>
/// <param name="isSet">The document is a set: places within it begin with the file's name.</param>
internal sealed class FileContext(DescriptorFile file, FeatureScope features, string source, bool isSet)
{
    private readonly SourceComments _comments = new(file.SourceInfo);

    public FileDescriptorProto File { get; } = file.Proto;

    public FeatureScope Features { get; } = features;

    /// <summary>The comment before the element, else the one behind it.</summary>
    public string Documentation(ElementKey key) => _comments.Documentation(key);

    /// <summary>Line and column where the file came with them, else the full name.</summary>
    public SourceLocation Place(ElementKey key, string fullName) =>
        _comments.Position(key) is var (line, column)
            ? new SourceLocation(source, isSet ? $"{File.Name}:{line}:{column}" : $"{line}:{column}")
            : new SourceLocation(source, fullName);
}
