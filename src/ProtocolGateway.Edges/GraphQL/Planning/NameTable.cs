using System.Text;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>The JSON property names that one object plan looks for, each with an index. Few names, mostly met in one and the same order.</summary>
internal sealed class NameTable
{
    // Beyond this many, comparing with each costs more than a hash.
    private const int MostCompared = 12;

    private readonly byte[][] _names;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>>? _index;

    private NameTable(byte[][] names, Dictionary<string, int>? index) => (_names, _index) = (names, index?.GetAlternateLookup<ReadOnlySpan<char>>());

    /// <summary>How many names there are.</summary>
    public int Count => _names.Length;

    /// <summary>A name by its index, for whoever reads a plan.</summary>
    public string this[int index] => Encoding.UTF8.GetString(_names[index]);

    /// <summary>A table of distinct names; the index of a name is its place.</summary>
    public static NameTable Of(IReadOnlyList<string> names)
    {
        var index = names.Count <= MostCompared ? null : names.Select(static (name, i) => (name, i)).ToDictionary(static p => p.name, static p => p.i, StringComparer.Ordinal);
        return new([.. names.Select(Encoding.UTF8.GetBytes)], index);
    }

    /// <summary>The index of a name; -1 where it is none of them.</summary>
    /// <param name="name">As it stands in JSON, without quotes.</param>
    /// <param name="next">The index that is likely; set to the one that is likely after this.</param>
    public int Find(ReadOnlySpan<byte> name, ref int next)
    {
        if (next < _names.Length && name.SequenceEqual(_names[next]))
            return next++;
        var found = name.Contains((byte)'\\') ? Search(JsonEscapes.Unescape(name)) : Search(name);
        if (found >= 0)
            next = found + 1;
        return found;
    }

    private int Search(ReadOnlySpan<byte> name)
    {
        if (_index is { } index)
        {
            const int longest = 256;
            Span<char> text = stackalloc char[longest];
            return name.Length <= longest && Encoding.UTF8.TryGetChars(name, text, out var length) && index.TryGetValue(text[..length], out var found) ? found : -1;
        }

        for (var i = 0; i < _names.Length; i++)
        {
            if (name.SequenceEqual(_names[i]))
                return i;
        }

        return -1;
    }
}
