using System.Buffers;

namespace ProtocolGateway.Edges;

/// <summary>
/// Finds its way through JSON that is known to be well formed (our own codec's, or checked by <see cref="JsonCheck"/>): no tree, no copies, only positions.
/// </summary>
internal static class JsonScan
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> ScalarEnd = SearchValues.Create(",}] \t\r\n"u8);

    /// <summary>The position of the next byte that is not white space.</summary>
    public static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            at++;
        return at;
    }

    /// <summary>The position after the string that begins with the quote at <paramref name="at"/>.</summary>
    public static int SkipString(ReadOnlySpan<byte> json, int at)
    {
        at++;
        while (true)
        {
            at += json[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (json[at] == '"')
                return at + 1;
            at += 2;
        }
    }

    /// <summary>The position after the value that begins at <paramref name="at"/>.</summary>
    public static int SkipValue(ReadOnlySpan<byte> json, int at)
    {
        switch (json[at])
        {
            case (byte)'"':
                return SkipString(json, at);
            case (byte)'{' or (byte)'[':
                return SkipContainer(json, at);
            default:
                var length = json[at..].IndexOfAny(ScalarEnd);
                return length < 0 ? json.Length : at + length;
        }
    }

    /// <summary>
    /// Goes to the next member of an object. Begin with <paramref name="at"/> after the brace; the caller moves it past each value.
    /// </summary>
    /// <param name="json">The text.</param>
    /// <param name="at">In: after the brace or the last value; out: at the value, or after the closing brace.</param>
    /// <param name="name">The name as it is written, without quotes.</param>
    /// <returns>False at the end of the object.</returns>
    public static bool NextMember(ReadOnlySpan<byte> json, ref int at, out ReadOnlySpan<byte> name)
    {
        at = SkipSpace(json, at);
        if (json[at] == ',')
            at = SkipSpace(json, at + 1);
        if (json[at] == '}')
        {
            at++;
            name = default;
            return false;
        }

        var end = SkipString(json, at);
        name = json[(at + 1)..(end - 1)];
        at = json[end] == ':' ? end + 1 : SkipSpace(json, end) + 1;
        at = SkipSpace(json, at);
        return true;
    }

    /// <summary>Goes to the next element of an array; as <see cref="NextMember"/>.</summary>
    public static bool NextElement(ReadOnlySpan<byte> json, ref int at)
    {
        at = SkipSpace(json, at);
        if (json[at] == ',')
            at = SkipSpace(json, at + 1);
        if (json[at] != ']')
            return true;
        at++;
        return false;
    }

    /// <summary>The value at <paramref name="at"/> is null.</summary>
    public static bool IsNull(ReadOnlySpan<byte> json, int at) => json[at] == 'n';

    /// <summary>The position of the value of a property of the object at <paramref name="at"/>; -1 where it has none, or is no object.</summary>
    public static int FindMember(ReadOnlySpan<byte> json, int at, ReadOnlySpan<byte> wanted)
    {
        if (json[at] != '{')
            return -1;
        at++;
        while (NextMember(json, ref at, out var name))
        {
            if (name.SequenceEqual(wanted) || (name.Contains((byte)'\\') && JsonEscapes.Unescape(name).AsSpan().SequenceEqual(wanted)))
                return at;
            at = SkipValue(json, at);
        }

        return -1;
    }

    private static int SkipContainer(ReadOnlySpan<byte> json, int at)
    {
        var depth = 0;
        while (true)
        {
            at += json[at..].IndexOfAny(Structure);
            switch (json[at])
            {
                case (byte)'"':
                    at = SkipString(json, at);
                    continue;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                default:
                    depth--;
                    break;
            }

            at++;
            if (depth == 0)
                return at;
        }
    }
}
