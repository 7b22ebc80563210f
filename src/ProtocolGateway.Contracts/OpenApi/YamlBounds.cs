using System.Text;
using SharpYaml;
using SharpYaml.Events;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>
/// Looks over a YAML stream before the library builds a tree of it: how deep it nests, and how many nodes its aliases unfold to
/// (the library copies what an alias names, so a few hundred bytes can ask for all memory).
/// </summary>
internal static class YamlBounds
{
    // A 12 MB document has about half a million nodes.
    private const long MaxNodes = 8_000_000;

    /// <summary>Throws <see cref="YamlException"/> with the place where the bounds are broken or the text is not YAML.</summary>
    public static void Check(byte[] content, int maxDepth)
    {
        using var text = new StreamReader(new MemoryStream(content, writable: false), new UTF8Encoding(false, throwOnInvalidBytes: false));
        var parser = Parser.CreateParser(text);
        var open = new Stack<(string? Anchor, long Before)>();
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        long nodes = 0;
        while (parser.MoveNext())
        {
            var current = parser.Current!;
            switch (current)
            {
                case MappingStart or SequenceStart:
                    if (open.Count >= maxDepth)
                        throw new YamlException(current.Start, current.End, $"it nests deeper than {maxDepth} levels.");
                    open.Push((((NodeEvent)current).Anchor, nodes++));
                    break;
                case MappingEnd or SequenceEnd:
                    var (anchor, before) = open.Pop();
                    if (anchor is not null)
                        sizes[anchor] = nodes - before;
                    break;
                case AnchorAlias alias:
                    // An alias of a node that is still open would be endless.
                    nodes += sizes.TryGetValue(alias.Value, out var size)
                        ? size
                        : throw new YamlException(current.Start, current.End, $"the alias '{alias.Value}' names no node that is complete before it.");
                    break;
                case Scalar scalar:
                    nodes++;
                    if (scalar.Anchor is not null)
                        sizes[scalar.Anchor] = 1;
                    break;
                default:
                    break;
            }

            if (nodes > MaxNodes)
                throw new YamlException(current.Start, current.End, $"with its aliases unfolded it has more than {MaxNodes} nodes.");
        }
    }
}
