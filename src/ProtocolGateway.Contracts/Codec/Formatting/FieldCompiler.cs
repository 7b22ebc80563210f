using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>Compiles fields of the neutral model to plans.</summary>
internal static class FieldCompiler
{
    /// <summary>The type has a form on the protobuf wire. Unions and free JSON, which only OpenAPI knows, have none.</summary>
    public static bool IsOnWire(DataType type) => type switch
    {
        ListType list => list.Element is not ListType and not MapType && IsOnWire(list.Element),
        MapType map => map.Value is not ListType and not MapType && IsOnWire(map.Value),
        ScalarType scalar => scalar.Kind != ScalarKind.Json,
        _ => type is MessageType or EnumType,
    };

    public static FieldPlan Compile(Field field, int oneof, bool silent, FormatPlanSet set)
    {
        var element = field.Type is ListType list ? list.Element : field.Type;
        var map = field.Type as MapType;
        var cardinality = field.Type is ListType ? Cardinality.Repeated : map is null ? Cardinality.Singular : Cardinality.Map;
        var kind = KindOf(element);
        var wireType = kind == ValueKind.Message && field.Delimited && map is null ? WireReader.StartGroup : WireTypeOf(kind);
        var isImplicit = cardinality != Cardinality.Singular || (field.Presence == Presence.Implicit && field.Oneof is null && kind != ValueKind.Message);
        var emitsDefault = !field.IsExtension
            && ((isImplicit && set.Options.EmitDefaults) || (set.Options.PlainJson && field.InputRequired && (isImplicit || field.Nullable)));
        return new FieldPlan
        {
            Field = field,
            Set = set,
            Cardinality = cardinality,
            Kind = kind,
            WireType = wireType,
            Tag = (uint)field.Number << 3 | (uint)(cardinality == Cardinality.Repeated && field.Packed ? WireReader.Bytes : wireType),
            Name = new MemberName(set.Options.PreserveNames || field.IsExtension ? field.Name : field.JsonName),
            Default = cardinality switch { Cardinality.Repeated => "[]"u8.ToArray(), Cardinality.Map => "{}"u8.ToArray(), _ => DefaultOf(field, kind, element, set) },
            Implicit = isImplicit,
            OmitsDefault = isImplicit && !emitsDefault,
            EmitsDefault = emitsDefault,
            PlainNumbers = set.Options.PlainJson,
            ValidateUtf8 = field.ValidateUtf8,
            Oneof = oneof,
            Enum = element is EnumType type ? set.EnumFor(type) : null,
            MessageType = element as MessageType,
            Key = map is null ? null : Part(field, map.Key, 1, set),
            Value = map is null ? null : Part(field, map.Value, 2, set),
            Silent = silent,
            CountsInMessage = oneof >= 0 || silent || field.Presence == Presence.Required,
        };
    }

    private static FieldPlan Part(Field map, DataType type, int number, FormatPlanSet set)
    {
        var kind = KindOf(type);
        return new FieldPlan
        {
            Field = map,
            Set = set,
            Cardinality = Cardinality.Singular,
            Kind = kind,
            WireType = WireTypeOf(kind),
            Tag = (uint)number << 3 | (uint)WireTypeOf(kind),
            Name = new MemberName(""),
            Default = DefaultOf(map, kind, type, set),
            Implicit = false,
            PlainNumbers = set.Options.PlainJson,
            ValidateUtf8 = map.ValidateUtf8,
            Oneof = -1,
            Enum = type is EnumType enumType ? set.EnumFor(enumType) : null,
            MessageType = type as MessageType,
            DefaultBits = type is EnumType values ? (uint)FirstNumber(values) : 0,
        };
    }

    private static ValueKind KindOf(DataType type) => type switch
    {
        ScalarType scalar => scalar.Kind switch
        {
            ScalarKind.Bool => ValueKind.Bool,
            ScalarKind.String => ValueKind.String,
            ScalarKind.Bytes => ValueKind.Bytes,
            _ => (ValueKind)scalar.Kind,
        },
        EnumType { FullName: "google.protobuf.NullValue" } => ValueKind.NullValue,
        EnumType => ValueKind.Enum,
        _ => ValueKind.Message,
    };

    private static int WireTypeOf(ValueKind kind) => kind switch
    {
        ValueKind.Double or ValueKind.Fixed64 or ValueKind.SFixed64 => WireReader.Fixed64,
        ValueKind.Float or ValueKind.Fixed32 or ValueKind.SFixed32 => WireReader.Fixed32,
        ValueKind.String or ValueKind.Bytes or ValueKind.Message => WireReader.Bytes,
        _ => WireReader.Varint,
    };

    private static byte[] DefaultOf(Field field, ValueKind kind, DataType type, FormatPlanSet set)
    {
        var sink = new JsonSink();
        switch (kind)
        {
            case var _ when field.Nullable && set.Options.PlainJson: sink.Raw("null"u8); break;
            case ValueKind.Message or ValueKind.NullValue: sink.Raw("null"u8); break;
            case ValueKind.String or ValueKind.Bytes: sink.Raw("\"\""u8); break;
            case ValueKind.Enum: ValueFormatter.Enum(FirstNumber((EnumType)type), set.EnumFor((EnumType)type), set.Options.EnumsAsIntegers, sink); break;
            default: ValueFormatter.Number(kind, 0, sink, set.Options.PlainJson); break;
        }

        return sink.Written.ToArray();
    }

    private static int FirstNumber(EnumType type) => type.IsOpen || type.Values.Count == 0 ? 0 : type.Values[0].Number;
}
