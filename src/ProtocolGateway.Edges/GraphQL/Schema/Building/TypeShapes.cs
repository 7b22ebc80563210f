using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>What a contract's type is in GraphQL.</summary>
internal enum ShapeKind
{
    /// <summary>A scalar.</summary>
    Scalar,

    /// <summary>An enum.</summary>
    Enum,

    /// <summary>An object type, or an input type.</summary>
    Object,

    /// <summary>A union of object types; JSON in input.</summary>
    Union,

    /// <summary>A list.</summary>
    List,

    /// <summary>A list of entries.</summary>
    Map,

    /// <summary>A message without fields: it is there or not.</summary>
    Presence,

    /// <summary>Nothing that clients see.</summary>
    Hidden,
}

/// <summary>A contract's type reduced to what GraphQL can say.</summary>
internal sealed record GraphShape(ShapeKind Kind)
{
    /// <summary>Of a scalar.</summary>
    public GraphScalar Scalar { get; init; }

    /// <summary>Of an enum, an object or a union.</summary>
    public TypeEntry? Entry { get; init; }

    /// <summary>Of a list or a map: the elements or values.</summary>
    public GraphShape? Element { get; init; }

    /// <summary>Elements or values may be null.</summary>
    public bool NullableElement { get; init; }

    /// <summary>Of a map.</summary>
    public GraphScalar Key { get; init; }

    /// <summary>Of a union.</summary>
    public UnionRule? Union { get; init; }

    /// <summary>Null is one of the values, whatever the field says: google.protobuf.Value.</summary>
    public bool HoldsNull { get; init; }

    /// <summary>Any JSON value.</summary>
    public bool IsJson => Kind == ShapeKind.Scalar && Scalar == GraphScalar.Json;
}

/// <summary>Decides once for each type what it is in GraphQL, for output and input alike.</summary>
internal sealed class TypeShapes(TypeBook book, Visibility visibility, GraphSchemaOptions options)
{
    private static readonly GraphShape Json = new(ShapeKind.Scalar) { Scalar = GraphScalar.Json };
    private static readonly GraphShape Hidden = new(ShapeKind.Hidden);

    private readonly Dictionary<DataType, GraphShape> _shapes = new(ReferenceEqualityComparer.Instance);

    /// <summary>What a type is.</summary>
    public GraphShape Of(DataType type)
    {
        if (_shapes.TryGetValue(type, out var known))
            return known;
        var shape = visibility.Hides(type) ? Hidden : Decide(type);
        _shapes[type] = shape;
        return shape;
    }

    /// <summary>The fields of a message that clients see.</summary>
    public IEnumerable<Field> FieldsOf(MessageType message) => message.Fields.Where(f => !visibility.Hides(message, f));

    private GraphShape Decide(DataType type) => type switch
    {
        ScalarType scalar => Scalar(ScalarOf(scalar)),
        // Its only value is null.
        EnumType { FullName: "google.protobuf.NullValue" } => Json with { HoldsNull = true },
        EnumType => new GraphShape(ShapeKind.Enum) { Entry = book.Of(type) },
        ListType list => OfList(list),
        MapType map => OfMap(map),
        MessageType message => OfMessage(message),
        UnionType union => OfUnion(union),
        _ => Json,
    };

    private GraphShape OfMessage(MessageType message) => message.WellKnown switch
    {
        WellKnown.Timestamp => Scalar(GraphScalar.DateTime),
        WellKnown.Duration => Scalar(GraphScalar.Duration),
        WellKnown.FieldMask => Scalar(GraphScalar.String),
        WellKnown.Any or WellKnown.Struct or WellKnown.ListValue => Json,
        WellKnown.Value => Json with { HoldsNull = true },
        WellKnown.Wrapper => Of(message.Fields[0].Type),
        _ when message.Fields.Count == 0 => new GraphShape(ShapeKind.Presence),
        _ => new GraphShape(ShapeKind.Object) { Entry = book.Of(message) },
    };

    private GraphShape OfList(ListType list)
    {
        var element = Of(list.Element);
        if (element.Kind == ShapeKind.Hidden)
            return Hidden;
        // Elements that say nothing are still objects on the wire.
        element = element.Kind == ShapeKind.Presence ? Json : element;
        return new GraphShape(ShapeKind.List) { Element = element, NullableElement = list.NullableElement || element.HoldsNull };
    }

    private GraphShape OfMap(MapType map)
    {
        var value = Of(map.Value);
        if (value.Kind == ShapeKind.Hidden)
            return Hidden;
        if (options.MapsAsJson)
            return Json;
        value = value.Kind == ShapeKind.Presence ? Json : value;
        return new GraphShape(ShapeKind.Map) { Element = value, Key = ScalarOf(map.Key), NullableElement = map.NullableValue || value.HoldsNull };
    }

    private GraphShape OfUnion(UnionType union)
    {
        var members = UnionRules.Members(union).Where(m => !visibility.Hides(m)).ToList();
        if (members.Count == 1)
            return Of(members[0]);
        if (!members.TrueForAll(m => Of(m).Kind == ShapeKind.Object))
            return Json;
        var rule = UnionRules.Of(union, members.ConvertAll(m => (MessageType)m));
        return rule is null ? Json : new GraphShape(ShapeKind.Union) { Entry = book.Of(union), Union = rule };
    }

    private static GraphShape Scalar(GraphScalar scalar) => new(ShapeKind.Scalar) { Scalar = scalar };

    private GraphScalar ScalarOf(ScalarType scalar) => scalar.Kind switch
    {
        ScalarKind.Int32 or ScalarKind.SInt32 or ScalarKind.SFixed32 => GraphScalar.Int,
        ScalarKind.UInt32 or ScalarKind.Fixed32 => GraphScalar.UInt32,
        ScalarKind.Int64 when FitsInt(scalar.Limits) => GraphScalar.Int,
        ScalarKind.Int64 or ScalarKind.SInt64 or ScalarKind.SFixed64 => GraphScalar.Int64,
        ScalarKind.UInt64 or ScalarKind.Fixed64 => GraphScalar.UInt64,
        // Only protobuf's JSON has words for what is no finite number; an OpenAPI number is one of JSON.
        ScalarKind.Double or ScalarKind.Float => options.NonFiniteFloats && scalar.Format is null && scalar.Limits is null ? GraphScalar.Double : GraphScalar.Float,
        ScalarKind.Bool => GraphScalar.Boolean,
        ScalarKind.Bytes => GraphScalar.Bytes,
        ScalarKind.String => scalar.Format == "date-time" ? GraphScalar.DateTime : GraphScalar.String,
        _ => GraphScalar.Json,
    };

    // An OpenAPI integer that its own limits keep within 32 bits need not travel as text.
    private static bool FitsInt(ScalarLimits? limits) => limits is { Minimum: >= int.MinValue, Maximum: <= int.MaxValue };
}
