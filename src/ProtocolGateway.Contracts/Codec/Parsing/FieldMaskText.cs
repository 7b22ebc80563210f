namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>The text form of FieldMask: paths in camelCase with commas between, written as the message's content.</summary>
internal static class FieldMaskText
{
    private static readonly WireTag _paths = new(1, WireType.LengthPrefixed);

    /// <summary>Null, or what is wrong.</summary>
    public static string? Write(ReadOnlySpan<byte> text, WireBuffer wire)
    {
        while (text.Length > 0)
        {
            var comma = text.IndexOf((byte)',');
            var path = comma < 0 ? text : text[..comma];
            if (path.Length == 0 || comma == text.Length - 1)
                return "a field mask has an empty path";
            wire.WriteTag(_paths);
            var mark = wire.BeginNested();
            var room = wire.Room(path.Length * 2);
            var written = 0;
            foreach (var b in path)
            {
                // An underscore in the JSON form would not come back as it went.
                if (b == '_')
                    return "a path of a field mask must be in camelCase";
                if (b is >= (byte)'A' and <= (byte)'Z')
                {
                    room[written++] = (byte)'_';
                    room[written++] = (byte)(b | 0x20);
                }
                else
                {
                    room[written++] = b;
                }
            }

            wire.Advance(written);
            wire.EndNested(mark);
            text = comma < 0 ? default : text[(comma + 1)..];
        }

        return null;
    }
}
