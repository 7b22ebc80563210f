namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>Reads a JSON object as a message's content.</summary>
internal static class MessageReader
{
    /// <summary>Reads the object that is next.</summary>
    /// <param name="c">Where.</param>
    /// <param name="plan">The message.</param>
    /// <param name="insideAny">The object is an Any's: its <c>@type</c> has been read and is passed over.</param>
    public static bool Read(ref JsonCursor c, MessagePlan plan, bool insideAny = false)
    {
        if (!c.TryTake((byte)'{'))
            return c.FailHere("an object");
        if (!c.Enter())
            return false;
        var table = plan.Table;
        var seen = SeenFields.Begin(table.SeenCount, c.Scratch);
        var others = table.Rest is null ? null : c.Scratch.PushKeys();
        if (!c.TryTake((byte)'}'))
        {
            var expected = 0;
            do
            {
                if (!TryReadField(ref c, table, others, ref expected, out var field, ref insideAny))
                    return false;
                if (field is not null && !FieldReader.Read(ref c, field, ref seen))
                    return c.Within(field.Name);
            }
            while (c.TryTake((byte)','));
            if (!c.TryTake((byte)'}'))
                return c.FailHere("',' or '}'");
        }

        if (table.RequiredCount > 0 && !CheckRequired(ref c, table, seen))
            return false;
        if (others is not null)
            c.Scratch.PopKeys();
        seen.End(c.Scratch);
        c.Leave();
        return true;
    }

    // Reads a name; null when it is none of the message's, its value then being passed over.
    private static bool TryReadField(ref JsonCursor c, MessageTable table, KeySet? others, ref int expected, out FieldPlan? field, ref bool insideAny)
    {
        field = null;
        // Clients write fields in the order of the contract, or leave some out: the next one is the best guess and costs one comparison.
        if (expected < table.Fields.Length && c.TryTakeName(table.Fields[expected].NameAndColon))
        {
            field = table.Fields[expected++];
            return true;
        }

        if (!c.ReadName(out var name))
            return false;
        if (table.Names.TryFind(name, out var index))
        {
            field = table.Fields[index];
            expected = index + 1;
            return true;
        }

        if (others is not null)
            return MapReader.ReadEntry(ref c, table.Rest!, name, others) || c.Within(table.Rest!.Name);
        if (insideAny && name.SequenceEqual("@type"u8))
            insideAny = false;
        else if (!c.Cache.Options.IgnoreUnknownFields)
            return c.Fail("unknown field") || c.Within(JsonCursor.Shown(name));
        return JsonSkipper.Skip(ref c);
    }

    private static bool CheckRequired(ref JsonCursor c, MessageTable table, in SeenFields seen)
    {
        foreach (var field in table.Fields)
        {
            if (field.Required && !seen.Has(field.Index, c.Scratch))
                return c.Fail("required field is missing") || c.Within(field.Name);
        }

        return true;
    }
}
