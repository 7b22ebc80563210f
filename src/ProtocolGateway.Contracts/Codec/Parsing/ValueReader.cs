using System.Diagnostics;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>What became of a value.</summary>
internal enum Outcome
{
    Failed,
    Written,

    /// <summary>Left out: an unknown enum value where unknown things are ignored.</summary>
    Dropped,
}

/// <summary>Reads one JSON value and writes it to the wire, without its tag.</summary>
internal static class ValueReader
{
    /// <summary>A value with its length where it has one; a group's content alone.</summary>
    public static Outcome Read(ref JsonCursor c, ValuePlan value)
    {
        if (!value.IsMessage)
            return ReadScalar(ref c, value);
        if (value.IsGroup)
            return ReadContent(ref c, value) ? Outcome.Written : Outcome.Failed;
        var mark = c.Wire.BeginNested();
        if (!ReadContent(ref c, value))
            return Outcome.Failed;
        c.Wire.EndNested(mark);
        return Outcome.Written;
    }

    /// <summary>The content of a message, of whatever JSON form.</summary>
    public static bool ReadContent(ref JsonCursor c, ValuePlan value)
    {
        switch (value.Kind)
        {
            case ValueKind.Message:
                return MessageReader.Read(ref c, value.Message!);
            case ValueKind.Timestamp or ValueKind.Duration or ValueKind.FieldMask:
                return ReadTextForm(ref c, value.Kind);
            case ValueKind.Struct:
                return StructReader.ReadStruct(ref c);
            case ValueKind.Value:
                return StructReader.ReadValue(ref c);
            case ValueKind.ListValue:
                return StructReader.ReadList(ref c);
            case ValueKind.Any:
                return AnyReader.Read(ref c);
            case ValueKind.Wrapper:
                return ReadWrapped(ref c, value);
            default:
                return c.Fail("the type has no protobuf form");
        }
    }

    private static Outcome ReadScalar(ref JsonCursor c, ValuePlan value)
    {
        var first = c.Peek();
        switch (value.Kind)
        {
            case ValueKind.Enum or ValueKind.NullValue:
                return ReadEnum(ref c, value, first);
            case ValueKind.Bool:
                var isTrue = c.TryTakeLiteral("true"u8);
                if (!isTrue && !c.TryTakeLiteral("false"u8))
                    return Expected(ref c, value.Kind);
                c.Wire.WriteByte(isTrue ? (byte)1 : (byte)0);
                return Outcome.Written;
            case ValueKind.String:
                return first == '"' ? ReadText(ref c) : Expected(ref c, value.Kind);
            case ValueKind.Bytes:
                if (first != '"')
                    return Expected(ref c, value.Kind);
                break;
            default:
                if (first == '"')
                    break;
                if (first is not ((byte)'-' or >= (byte)'0' and <= (byte)'9'))
                    return Expected(ref c, value.Kind);
                return c.ReadNumber(out var number) && Check(ref c, ScalarWriter.WriteNumber(value.Kind, number, c.Wire)) ? Outcome.Written : Outcome.Failed;
        }

        return c.ReadString(out var text) && Check(ref c, ScalarWriter.WriteText(value.Kind, text, c.Wire)) ? Outcome.Written : Outcome.Failed;
    }

    private static Outcome ReadText(ref JsonCursor c)
    {
        var wire = c.Wire;
        var mark = wire.BeginNested();
        if (!c.AppendString(wire))
            return Outcome.Failed;
        wire.EndNested(mark);
        return Outcome.Written;
    }

    private static Outcome ReadEnum(ref JsonCursor c, ValuePlan value, byte first)
    {
        Debug.Assert(value.Enum is not null, "an enum's plan has its names");
        int number;
        if (first == '"')
        {
            if (!c.ReadString(out var name))
                return Outcome.Failed;
            if (!value.Enum.Names.TryFind(name, out number))
                return Unknown(ref c, JsonCursor.Shown(name));
        }
        else if (value.Kind == ValueKind.NullValue && c.TryTakeLiteral("null"u8))
        {
            number = 0;
        }
        else
        {
            if (first is not ((byte)'-' or >= (byte)'0' and <= (byte)'9'))
                return Expected(ref c, value.Kind);
            var start = c.Position;
            if (!c.ReadNumber(out var text))
                return Outcome.Failed;
            if (!ScalarWriter.TryInt32(text, out number))
                return Failed(ref c, "the number is out of range or not whole, expected an enum value");
            if (!value.Enum.Takes(number))
                return Unknown(ref c, JsonCursor.Shown(c.Json[start..c.Position]));
        }

        c.Wire.WriteVarint((ulong)(long)number);
        return Outcome.Written;
    }

    private static Outcome Unknown(ref JsonCursor c, string shown) =>
        c.Cache.Options.IgnoreUnknownFields ? Outcome.Dropped : Failed(ref c, "unknown enum value " + shown);

    private static bool ReadTextForm(ref JsonCursor c, ValueKind kind)
    {
        if (c.Peek() != '"')
            return c.FailHere(ScalarWriter.NameOf(kind) + " in a string");
        return c.ReadString(out var text) && Check(ref c, TextForm.Write(kind, text, c.Wire));
    }

    private static bool ReadWrapped(ref JsonCursor c, ValuePlan value)
    {
        var start = c.Wire.Length;
        c.Wire.WriteTag(value.WrappedTag);
        var content = c.Wire.Length;
        if (ReadScalar(ref c, value.Wrapped!) == Outcome.Failed)
            return false;
        if (c.Wire.IsZeroFrom(content))
            c.Wire.Rewind(start);
        return true;
    }

    private static bool Check(ref JsonCursor c, string? problem) => problem is null || c.Fail(problem);

    private static Outcome Expected(ref JsonCursor c, ValueKind kind)
    {
        c.FailHere(ScalarWriter.NameOf(kind));
        return Outcome.Failed;
    }

    private static Outcome Failed(ref JsonCursor c, string problem)
    {
        c.Fail(problem);
        return Outcome.Failed;
    }
}
