namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>Passes over a JSON value of no known meaning, which must be well formed all the same.</summary>
internal static class JsonSkipper
{
    public static bool Skip(ref JsonCursor c)
    {
        switch (c.Peek())
        {
            case (byte)'"':
                return c.ReadString(out _);
            case (byte)'{':
                return SkipObject(ref c);
            case (byte)'[':
                return SkipArray(ref c);
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

    private static bool SkipObject(ref JsonCursor c)
    {
        c.Position++;
        if (!c.Enter())
            return false;
        if (!c.TryTake((byte)'}'))
        {
            do
            {
                if (!c.ReadName(out _) || !Skip(ref c))
                    return false;
            }
            while (c.TryTake((byte)','));
            if (!c.TryTake((byte)'}'))
                return c.FailHere("',' or '}'");
        }

        c.Leave();
        return true;
    }

    private static bool SkipArray(ref JsonCursor c)
    {
        c.Position++;
        if (!c.Enter())
            return false;
        if (!c.TryTake((byte)']'))
        {
            do
            {
                if (!Skip(ref c))
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
