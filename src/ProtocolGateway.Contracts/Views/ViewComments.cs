using Google.Protobuf.Reflection;

namespace ProtocolGateway.Contracts.Views;

/// <summary>Documentation as a file's source_code_info keeps it: by the path of the element (descriptor.proto, "Location").</summary>
internal sealed class ViewComments
{
    private readonly SourceCodeInfo _info = new();

    /// <summary>Adds what is said of an element; nothing where that is nothing.</summary>
    public void Add(string text, params ReadOnlySpan<int> path)
    {
        if (string.IsNullOrWhiteSpace(text))
            return;
        var location = new SourceCodeInfo.Types.Location { LeadingComments = Lines(text), Span = { 0, 0, 0 } };
        foreach (var step in path)
            location.Path.Add(step);
        _info.Location.Add(location);
    }

    /// <summary>The file with its comments.</summary>
    public FileDescriptorProto Complete(FileDescriptorProto file)
    {
        file.SourceCodeInfo = _info;
        return file;
    }

    // As protoc keeps them: a space at the beginning of each line, a line break at its end.
    private static string Lines(string text) => string.Concat(text.Trim().ReplaceLineEndings("\n").Split('\n').Select(static l => l.Length == 0 ? "\n" : $" {l}\n"));
}
