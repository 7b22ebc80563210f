namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>Passes over a JSON value of no known meaning, which must be well formed all the same.</summary>
internal static class JsonSkipper
{
    /// <summary>Skips the value that is next.</summary>
    /// <param name="c">Where.</param>
    /// <param name="noteTypes">Keeps where the objects within have their <c>@type</c>, for an Any that is to be read a second time: however deep
    /// Anys nest, each byte is then skipped once.</param>
    public static bool Skip(ref JsonCursor c, bool noteTypes = false)
    {
        switch (c.Peek())
        {
            case (byte)'"':
                return c.ReadString(out _);
            case (byte)'{':
                return SkipObject(ref c, noteTypes);
            case (byte)'[':
                return SkipArray(ref c, noteTypes);
            case (byte)'t':
                return c.TryTakeLiteral("true"u8) || c.FailHere("a value");
            case (byte)'f':
                return c.TryTakeLiteral("false"u8) || c.FailHere("a value");
            case (byte)'n':
                return c.TryTakeLiteral("null"u8) || c.FailHere("a value");
            default:
                return c.ReadNumber(out _);
        }
    }

    private static bool SkipObject(ref JsonCursor c, bool noteTypes)
    {
        var start = c.Position++;
        if (!c.Enter())
            return false;
        if (!c.TryTake((byte)'}'))
        {
            do
            {
                if (!c.ReadName(out var name))
                    return false;
                if (noteTypes && name.SequenceEqual("@type"u8))
                    c.Scratch.NoteType(start, c.Position);
                if (!Skip(ref c, noteTypes))
                    return false;
            }
            while (c.TryTake((byte)','));
            if (!c.TryTake((byte)'}'))
                return c.FailHere("',' or '}'");
        }

        c.Leave();
        return true;
    }

    private static bool SkipArray(ref JsonCursor c, bool noteTypes)
    {
        c.Position++;
        if (!c.Enter())
            return false;
        if (!c.TryTake((byte)']'))
        {
            do
            {
                if (!Skip(ref c, noteTypes))
                    return false;
            }
            while (c.TryTake((byte)','));
            if (!c.TryTake((byte)']'))
                return c.FailHere("',' or ']'");
        }

        c.Leave();
        return true;
    }
}
