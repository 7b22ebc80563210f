namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>Reads an object with <c>@type</c> as the content of google.protobuf.Any.</summary>
internal static class AnyReader
{
    private static readonly WireTag _typeUrl = new(1, WireType.LengthPrefixed);
    private static readonly WireTag _value = new(2, WireType.LengthPrefixed);

    public static bool Read(ref JsonCursor c)
    {
        if (c.Peek() != '{')
            return c.FailHere("an object with \"@type\"");
        var start = c.Position;
        if (!TryFindType(ref c, out var isEmpty, out var plan, out var typeName))
            return false;
        if (isEmpty)
            return true;
        // The type may stand last, so the object is read a second time, now as what it is. Nesting is bounded by the depth limit.
        c.Position = start;
        if (plan is null)
            return ReadMembers(ref c, null, typeName);
        var written = c.Wire.Length;
        c.Wire.WriteTag(_value);
        var mark = c.Wire.BeginNested();
        if (!(plan.Root.Kind == ValueKind.Message ? MessageReader.Read(ref c, plan, insideAny: true) : ReadMembers(ref c, plan.Root, typeName)))
            return false;
        if (c.Wire.Length == mark + 1)
            c.Wire.Rewind(written);
        else
            c.Wire.EndNested(mark);
        return true;
    }

    // Finds "@type" and writes it. The name is shown in errors only, so a text is made of it only for an unknown type.
    private static bool TryFindType(ref JsonCursor c, out bool isEmpty, out MessagePlan? plan, out string typeName)
    {
        isEmpty = false;
        plan = null;
        typeName = "";
        var start = c.Position++;
        if (!c.Enter())
            return false;
        if (c.TryTake((byte)'}'))
        {
            c.Leave();
            isEmpty = true;
            return true;
        }

        do
        {
            if (!c.ReadName(out var name))
                return false;
            if (!name.SequenceEqual("@type"u8))
            {
                // An Any around this one has passed over it and found the type already.
                if (c.Scratch.TryFindType(start, out var at))
                    c.Position = at;
                else if (!JsonSkipper.Skip(ref c, noteTypes: true))
                    return false;
                else
                    continue;
            }

            if (c.Peek() != '"')
                return c.FailHere("a type URL in a string") || c.Within("@type");
            if (!c.ReadString(out var url))
                return c.Within("@type");
            var slash = url.LastIndexOf((byte)'/');
            if (slash < 0 || slash == url.Length - 1)
                return c.Fail("expected a type URL such as type.googleapis.com/package.Message") || c.Within("@type");
            c.Wire.WriteTag(_typeUrl);
            c.Wire.WriteLengthPrefixed(url);
            plan = c.Cache.Resolve(url[(slash + 1)..]);
            if (plan is null)
                typeName = JsonCursor.Shown(url[(slash + 1)..]);
            c.Leave();
            return true;
        }
        while (c.TryTake((byte)','));
        return c.TryTake((byte)'}') ? c.Fail("\"@type\" is missing") : c.FailHere("',' or '}'");
    }

    // An object of "@type" and "value" alone: a type with a JSON form of its own, or (no plan) an unknown type whose bytes are kept as they are.
    private static bool ReadMembers(ref JsonCursor c, ValuePlan? value, string typeName)
    {
        c.Position++;
        if (!c.Enter())
            return false;
        bool hasType = false, hasValue = false;
        do
        {
            if (!c.ReadName(out var name))
                return false;
            if (name.SequenceEqual("@type"u8))
            {
                if (hasType)
                    return c.Fail("the field is given twice") || c.Within("@type");
                hasType = true;
                if (!JsonSkipper.Skip(ref c))
                    return false;
            }
            else if (name.SequenceEqual("value"u8))
            {
                if (hasValue)
                    return c.Fail("the field is given twice") || c.Within("value");
                hasValue = true;
                if (!(value is null ? ReadRaw(ref c, typeName) : ValueReader.ReadContent(ref c, value)))
                    return c.Within("value");
            }
            else if (value is null || !c.Cache.Options.IgnoreUnknownFields)
            {
                return value is null ? FailUnknown(ref c, typeName) : c.Fail("unknown field") || c.Within(JsonCursor.Shown(name));
            }
            else if (!JsonSkipper.Skip(ref c))
            {
                return false;
            }
        }
        while (c.TryTake((byte)','));
        if (!c.TryTake((byte)'}'))
            return c.FailHere("',' or '}'");
        if (!hasValue)
            return value is null ? FailUnknown(ref c, typeName) : c.Fail("\"value\" is missing");
        c.Leave();
        return true;
    }

    private static bool ReadRaw(ref JsonCursor c, string typeName)
    {
        if (c.Peek() != '"')
            return FailUnknown(ref c, typeName);
        if (!c.ReadString(out var text))
            return false;
        c.Wire.WriteTag(_value);
        return Base64Text.TryWrite(text, c.Wire) || FailUnknown(ref c, typeName);
    }

    private static bool FailUnknown(ref JsonCursor c, string typeName) =>
        c.Fail($"the type {typeName} is not in the catalog; only its bytes, base64 in \"value\", could be taken");
}
