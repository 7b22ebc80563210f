namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>Reads the JSON value of one field, lists and maps included, and writes it with its tags.</summary>
internal static class FieldReader
{
    /// <summary>Reads the value that is next.</summary>
    /// <param name="c">Where.</param>
    /// <param name="field">The field.</param>
    /// <param name="seen">What was read of the message before.</param>
    public static bool Read(ref JsonCursor c, FieldPlan field, ref SeenFields seen)
    {
        if (!seen.TryAdd(field.Index, c.Scratch))
            return c.Fail("the field is given twice");
        if (c.Peek() == 'n' && field.NullIsAbsence)
        {
            if (!c.TryTakeLiteral("null"u8))
                return c.FailHere("a value");
            return !field.Required || c.Fail("required field is null");
        }

        if (field.OneofBit >= 0 && !seen.TryAdd(field.OneofBit, c.Scratch))
            return c.Fail("another field of the same oneof is given");
        return field.IsList ? ReadList(ref c, field) : field.IsMap ? MapReader.Read(ref c, field) : ReadSingle(ref c, field);
    }

    private static bool ReadSingle(ref JsonCursor c, FieldPlan field)
    {
        var wire = c.Wire;
        var start = wire.Length;
        wire.WriteTag(field.Tag);
        var content = wire.Length;
        switch (ValueReader.Read(ref c, field.Value))
        {
            case Outcome.Failed:
                return false;
            case Outcome.Dropped:
                wire.Rewind(start);
                return !field.Required || c.Fail("required field has an unknown enum value");
            case Outcome.Written:
                break;
        }

        if (field.OmitsDefault)
        {
            if (wire.IsZeroFrom(content))
                wire.Rewind(start);
        }
        else if (field.Value.IsGroup)
        {
            wire.WriteTag(field.EndTag);
        }

        return true;
    }

    private static bool ReadList(ref JsonCursor c, FieldPlan field)
    {
        if (!c.TryTake((byte)'['))
            return c.FailHere("an array");
        if (!c.Enter())
            return false;
        var start = c.Wire.Length;
        var mark = 0;
        if (field.Packed)
        {
            c.Wire.WriteTag(field.Tag);
            mark = c.Wire.BeginNested();
        }

        if (!c.TryTake((byte)']'))
        {
            var index = 0;
            do
            {
                if (!ReadElement(ref c, field))
                    return c.WithinIndex(index);
                index++;
            }
            while (c.TryTake((byte)','));
            if (!c.TryTake((byte)']'))
                return c.FailHere("',' or ']'");
        }

        if (field.Packed && c.Wire.Length == mark + 1)
            c.Wire.Rewind(start);
        else if (field.Packed)
            c.Wire.EndNested(mark);
        c.Leave();
        return true;
    }

    private static bool ReadElement(ref JsonCursor c, FieldPlan field)
    {
        if (c.Peek() == 'n' && !field.Value.TakesNull)
            return c.Cache.Options.PlainJson ? c.TryTakeLiteral("null"u8) || c.FailHere("a value") : c.Fail("a list must not hold null");
        var start = c.Wire.Length;
        if (!field.Packed)
            c.Wire.WriteTag(field.Tag);
        var outcome = ValueReader.Read(ref c, field.Value);
        if (outcome == Outcome.Dropped)
            c.Wire.Rewind(start);
        else if (field.Value.IsGroup)
            c.Wire.WriteTag(field.EndTag);
        return outcome != Outcome.Failed;
    }
}
