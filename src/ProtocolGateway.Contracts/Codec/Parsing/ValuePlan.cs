using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>How a JSON value is read; the first fifteen are <see cref="ScalarKind"/>'s.</summary>
internal enum ValueKind
{
    Double,
    Float,
    Int32,
    Int64,
    UInt32,
    UInt64,
    SInt32,
    SInt64,
    Fixed32,
    Fixed64,
    SFixed32,
    SFixed64,
    Bool,
    String,
    Bytes,
    Enum,
    NullValue,
    Message,
    Timestamp,
    Duration,
    FieldMask,
    Struct,
    Value,
    ListValue,
    Any,
    Wrapper,

    /// <summary>A type that only OpenAPI has; it has no protobuf form.</summary>
    Unsupported,
}

/// <summary>How the value of a field, of a list's element or of a map's key or value is read and written.</summary>
internal sealed class ValuePlan
{
    private ValuePlan(ValueKind kind) => Kind = kind;

    public ValueKind Kind { get; }

    /// <summary>The plan of the message, for every kind that is one.</summary>
    public MessagePlan? Message { get; private init; }

    public EnumPlan? Enum { get; private init; }

    /// <summary>The value inside a wrapper.</summary>
    public ValuePlan? Wrapped { get; private init; }

    /// <summary>The tag of the value inside a wrapper.</summary>
    public WireTag WrappedTag { get; private init; }

    /// <summary>Written between start and end tags.</summary>
    public bool IsGroup { get; private init; }

    /// <summary>JSON null is a value of its own.</summary>
    public bool TakesNull => Kind is ValueKind.Value or ValueKind.NullValue;

    public bool IsMessage => Kind >= ValueKind.Message;

    public WireType WireType => Kind switch
    {
        _ when IsGroup => WireType.StartGroup,
        ValueKind.Double or ValueKind.Fixed64 or ValueKind.SFixed64 => WireType.Fixed64,
        ValueKind.Float or ValueKind.Fixed32 or ValueKind.SFixed32 => WireType.Fixed32,
        ValueKind.String or ValueKind.Bytes => WireType.LengthPrefixed,
        >= ValueKind.Message => WireType.LengthPrefixed,
        _ => WireType.Varint,
    };

    public static ValuePlan Compile(DataType type, bool delimited, PlanCache cache) => type switch
    {
        ScalarType { Kind: not ScalarKind.Json } scalar => new ValuePlan((ValueKind)scalar.Kind),
        EnumType { FullName: "google.protobuf.NullValue" } e => new ValuePlan(ValueKind.NullValue) { Enum = new EnumPlan(e) },
        EnumType e => new ValuePlan(ValueKind.Enum) { Enum = new EnumPlan(e) },
        MessageType message => CompileMessage(message, delimited, cache),
        _ => new ValuePlan(ValueKind.Unsupported),
    };

    private static ValuePlan CompileMessage(MessageType type, bool delimited, PlanCache cache)
    {
        var kind = type.WellKnown switch
        {
            WellKnown.Any => ValueKind.Any,
            WellKnown.Timestamp => ValueKind.Timestamp,
            WellKnown.Duration => ValueKind.Duration,
            WellKnown.FieldMask => ValueKind.FieldMask,
            WellKnown.Struct => ValueKind.Struct,
            WellKnown.Value => ValueKind.Value,
            WellKnown.ListValue => ValueKind.ListValue,
            WellKnown.Wrapper when type.Fields is [{ Number: 1 }] => ValueKind.Wrapper,
            _ => ValueKind.Message,
        };
        var wrapped = kind == ValueKind.Wrapper ? Compile(type.Fields[0].Type, delimited: false, cache) : null;
        return new ValuePlan(kind)
        {
            Message = cache.Get(type),
            IsGroup = delimited,
            Wrapped = wrapped,
            WrappedTag = wrapped is null ? default : new WireTag(1, wrapped.WireType),
        };
    }
}

/// <summary>The names and numbers of an enum.</summary>
internal sealed class EnumPlan
{
    private readonly HashSet<int>? _closed;

    public EnumPlan(EnumType type)
    {
        Names = new NameTable(type.Values.Select(v => KeyValuePair.Create(v.Name, v.Number)));
        if (!type.IsOpen)
            _closed = [.. type.Values.Select(v => v.Number)];
    }

    public NameTable Names { get; }

    /// <summary>Whether a field may hold that number.</summary>
    public bool Takes(int number) => _closed is null || _closed.Contains(number);
}
