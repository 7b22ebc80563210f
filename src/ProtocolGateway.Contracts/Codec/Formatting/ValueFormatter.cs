namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>Writes scalars: the bits as the wire has them, to JSON.</summary>
internal static class ValueFormatter
{
    /// <summary>The bits as the kind counts them: those of 32-bit kinds are the lower half of the varint.</summary>
    public static ulong Normalize(ValueKind kind, ulong bits) => kind switch
    {
        ValueKind.Int32 or ValueKind.UInt32 or ValueKind.SInt32 or ValueKind.Enum or ValueKind.NullValue => (uint)bits,
        ValueKind.Bool => bits == 0 ? 0UL : 1UL,
        _ => bits,
    };

    /// <summary>A number or a bool. 64-bit integers become strings, unless they are to be plain: JavaScript would round them.</summary>
    public static void Number(ValueKind kind, ulong bits, JsonSink sink, bool plain = false)
    {
        switch (kind)
        {
            case ValueKind.Double: sink.Double(BitConverter.UInt64BitsToDouble(bits)); return;
            case ValueKind.Float: sink.Float(BitConverter.UInt32BitsToSingle((uint)bits)); return;
            case ValueKind.Bool: sink.Raw(bits != 0 ? "true"u8 : "false"u8); return;
            case ValueKind.NullValue: sink.Raw("null"u8); return;
            case ValueKind.Int64 or ValueKind.UInt64 or ValueKind.SInt64 or ValueKind.Fixed64 or ValueKind.SFixed64 when !plain:
                sink.Byte('"');
                Integer(kind, bits, sink);
                sink.Byte('"');
                return;
            default: Integer(kind, bits, sink); return;
        }
    }

    /// <summary>The key of a map: always a string.</summary>
    public static void Key(ValueKind kind, ulong bits, JsonSink sink)
    {
        sink.Byte('"');
        if (kind == ValueKind.Bool)
            sink.Raw(bits != 0 ? "true"u8 : "false"u8);
        else
            Integer(kind, bits, sink);
        sink.Byte('"');
    }

    public static void Enum(int number, EnumPlan plan, bool asInteger, JsonSink sink)
    {
        if (!asInteger && plan.Find(number) is { } name)
            sink.Raw(name);
        else
            sink.Int(number);
    }

    private static void Integer(ValueKind kind, ulong bits, JsonSink sink)
    {
        switch (kind)
        {
            case ValueKind.Int32 or ValueKind.SFixed32: sink.Int((int)bits); return;
            case ValueKind.SInt32: sink.Int((int)((uint)bits >> 1) ^ -(int)(bits & 1)); return;
            case ValueKind.UInt32 or ValueKind.Fixed32: sink.UInt((uint)bits); return;
            case ValueKind.Int64 or ValueKind.SFixed64: sink.Int((long)bits); return;
            case ValueKind.SInt64: sink.Int((long)(bits >> 1) ^ -(long)(bits & 1)); return;
            default: sink.UInt(bits); return;
        }
    }
}
