namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>Reads a JSON object as the entries of a map field.</summary>
internal static class MapReader
{
    public static bool Read(ref JsonCursor c, FieldPlan field)
    {
        if (!c.TryTake((byte)'{'))
            return c.FailHere("an object");
        if (!c.Enter())
            return false;
        if (!c.TryTake((byte)'}'))
        {
            var keys = c.Scratch.PushKeys();
            do
            {
                c.SkipWhitespace();
                var name = c.Position + 1;
                if (!c.ReadName(out var key))
                    return false;
                // As written, for the path of an error: the decoded key may be gone by then.
                var length = c.Json[name..c.Position].LastIndexOf((byte)'"');
                if (!ReadEntry(ref c, field, key, keys))
                    return c.WithinKey(c.Json.Slice(name, length));
            }
            while (c.TryTake((byte)','));
            c.Scratch.PopKeys();
            if (!c.TryTake((byte)'}'))
                return c.FailHere("',' or '}'");
        }

        c.Leave();
        return true;
    }

    /// <summary>One entry: the value that is next under that key.</summary>
    public static bool ReadEntry(ref JsonCursor c, FieldPlan field, ReadOnlySpan<byte> key, KeySet keys)
    {
        var wire = c.Wire;
        var start = wire.Length;
        wire.WriteTag(field.Tag);
        var mark = wire.BeginNested();
        wire.WriteTag(field.KeyTag);
        var keyStart = wire.Length;
        if (ScalarWriter.WriteText(field.Key!.Kind, key, wire) is { } problem)
            return c.Fail("bad map key: " + problem);
        if (!keys.TryAdd(wire, keyStart, wire.Length - keyStart))
            return c.Fail("the map has this key twice");
        if (c.Peek() == 'n' && !field.Value.TakesNull)
        {
            if (!c.Cache.Options.PlainJson)
                return c.Fail("a map must not hold null");
            keys.RemoveLast();
            wire.Rewind(start);
            return c.TryTakeLiteral("null"u8) || c.FailHere("a value");
        }

        wire.WriteTag(field.ValueTag);
        switch (ValueReader.Read(ref c, field.Value))
        {
            case Outcome.Failed:
                return false;
            case Outcome.Dropped:
                keys.RemoveLast();
                wire.Rewind(start);
                return true;
            default:
                keys.MoveLast(wire.EndNested(mark));
                return true;
        }
    }
}
