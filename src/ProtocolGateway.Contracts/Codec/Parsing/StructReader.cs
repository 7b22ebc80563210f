namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>Reads any JSON as the content of google.protobuf.Struct, Value and ListValue; the numbers are those of struct.proto.</summary>
internal static class StructReader
{
    private static readonly WireTag _structEntry = new(1, WireType.LengthPrefixed);
    private static readonly WireTag _entryKey = new(1, WireType.LengthPrefixed);
    private static readonly WireTag _entryValue = new(2, WireType.LengthPrefixed);
    private static readonly WireTag _listElement = new(1, WireType.LengthPrefixed);
    private static readonly WireTag _null = new(1, WireType.Varint);
    private static readonly WireTag _number = new(2, WireType.Fixed64);
    private static readonly WireTag _string = new(3, WireType.LengthPrefixed);
    private static readonly WireTag _bool = new(4, WireType.Varint);
    private static readonly WireTag _struct = new(5, WireType.LengthPrefixed);
    private static readonly WireTag _list = new(6, WireType.LengthPrefixed);

    public static bool ReadValue(ref JsonCursor c)
    {
        switch (c.Peek())
        {
            case (byte)'"':
                return WriteString(ref c);
            case (byte)'{':
                c.Wire.WriteTag(_struct);
                var structMark = c.Wire.BeginNested();
                if (!ReadStruct(ref c))
                    return false;
                c.Wire.EndNested(structMark);
                return true;
            case (byte)'[':
                c.Wire.WriteTag(_list);
                var listMark = c.Wire.BeginNested();
                if (!ReadList(ref c))
                    return false;
                c.Wire.EndNested(listMark);
                return true;
            case (byte)'t':
                return c.TryTakeLiteral("true"u8) ? Write(ref c, _bool, 1) : c.FailHere("a value");
            case (byte)'f':
                return c.TryTakeLiteral("false"u8) ? Write(ref c, _bool, 0) : c.FailHere("a value");
            case (byte)'n':
                return c.TryTakeLiteral("null"u8) ? Write(ref c, _null, 0) : c.FailHere("a value");
            case (byte)'-' or >= (byte)'0' and <= (byte)'9':
                return WriteNumber(ref c);
            default:
                return c.FailHere("a value");
        }
    }

    public static bool ReadStruct(ref JsonCursor c)
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
                var length = c.Json[name..c.Position].LastIndexOf((byte)'"');
                if (!ReadEntry(ref c, key, keys))
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

    public static bool ReadList(ref JsonCursor c)
    {
        if (!c.TryTake((byte)'['))
            return c.FailHere("an array");
        if (!c.Enter())
            return false;
        if (!c.TryTake((byte)']'))
        {
            var index = 0;
            do
            {
                c.Wire.WriteTag(_listElement);
                var mark = c.Wire.BeginNested();
                if (!ReadValue(ref c))
                    return c.WithinIndex(index);
                c.Wire.EndNested(mark);
                index++;
            }
            while (c.TryTake((byte)','));
            if (!c.TryTake((byte)']'))
                return c.FailHere("',' or ']'");
        }

        c.Leave();
        return true;
    }

    /// <summary>The content of a Value that is a string.</summary>
    public static void WriteText(ReadOnlySpan<byte> text, WireBuffer wire)
    {
        wire.WriteTag(_string);
        wire.WriteLengthPrefixed(text);
    }

    private static bool ReadEntry(ref JsonCursor c, ReadOnlySpan<byte> key, KeySet keys)
    {
        var wire = c.Wire;
        wire.WriteTag(_structEntry);
        var mark = wire.BeginNested();
        wire.WriteTag(_entryKey);
        var keyStart = wire.Length;
        wire.WriteLengthPrefixed(key);
        if (!keys.TryAdd(wire, keyStart, wire.Length - keyStart))
            return c.Fail("the object has this name twice");
        wire.WriteTag(_entryValue);
        var valueMark = wire.BeginNested();
        if (!ReadValue(ref c))
            return false;
        wire.EndNested(valueMark);
        keys.MoveLast(wire.EndNested(mark));
        return true;
    }

    private static bool WriteString(ref JsonCursor c)
    {
        c.Wire.WriteTag(_string);
        var mark = c.Wire.BeginNested();
        if (!c.AppendString(c.Wire))
            return false;
        c.Wire.EndNested(mark);
        return true;
    }

    private static bool WriteNumber(ref JsonCursor c)
    {
        if (!c.ReadNumber(out var number))
            return false;
        c.Wire.WriteTag(_number);
        return ScalarWriter.WriteNumber(ValueKind.Double, number, c.Wire) is not { } problem || c.Fail(problem);
    }

    private static bool Write(ref JsonCursor c, WireTag tag, byte value)
    {
        c.Wire.WriteTag(tag);
        c.Wire.WriteByte(value);
        return true;
    }
}
