using Google.Protobuf.Reflection;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>One file of a set while it is being read: its features, comments and places.</summary>
internal sealed class FileContext(FileDescriptorProto file, FeatureScope features, string source)
{
    // Locations of the elements that anyone asks for, by path; every int of a path takes two chars of the key.
    private readonly Dictionary<string, SourceCodeInfo.Types.Location> _locations = Index(file);

    public FileDescriptorProto File { get; } = file;

    public FeatureScope Features { get; } = features;

    /// <summary>The key of a child: the parent's key, the number of the descriptor's field that holds it, and its index there.</summary>
    public static string Key(string parent, int field, int index) =>
        string.Concat(parent, [(char)(field >> 16), (char)field, (char)(index >> 16), (char)index]);

    /// <summary>The comment before the element, else the one behind it, without the space that follows the slashes.</summary>
    public string Documentation(string key)
    {
        if (!_locations.TryGetValue(key, out var location))
            return "";
        var text = location.HasLeadingComments ? location.LeadingComments : location.TrailingComments;
        if (text.Length == 0)
            return "";
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
            lines[i] = lines[i].StartsWith(' ') ? lines[i][1..].TrimEnd() : lines[i].TrimEnd();
        return string.Join('\n', lines).Trim('\n');
    }

    /// <summary>Line and column where the file came with them, else the full name.</summary>
    public SourceLocation Place(string key, string fullName) =>
        _locations.TryGetValue(key, out var location) && location.Span.Count >= 3
            ? new SourceLocation(source, $"{(long)location.Span[0] + 1}:{(long)location.Span[1] + 1}")
            : new SourceLocation(source, fullName);

    private static Dictionary<string, SourceCodeInfo.Types.Location> Index(FileDescriptorProto file)
    {
        var index = new Dictionary<string, SourceCodeInfo.Types.Location>(StringComparer.Ordinal);
        if (file.SourceCodeInfo is not { } info)
            return index;
        Span<char> key = stackalloc char[2 * MaxPath];
        foreach (var location in info.Location)
        {
            // Elements stand at even depths; odd ones are their names, labels and options.
            if (location.Path.Count % 2 != 0 || location.Path.Count is 0 or > MaxPath)
                continue;
            for (var i = 0; i < location.Path.Count; i++)
                (key[2 * i], key[2 * i + 1]) = ((char)(location.Path[i] >> 16), (char)location.Path[i]);
            index.TryAdd(new string(key[..(2 * location.Path.Count)]), location);
        }

        return index;
    }

    private const int MaxPath = 64;
}
