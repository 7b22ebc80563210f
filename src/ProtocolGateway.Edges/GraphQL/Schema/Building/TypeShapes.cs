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

    /// <summary>How many lists and maps are one in another, this one included.</summary>
    public int Nesting { get; init; }

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
    // Lists in lists that anyone wrote are three or four deep; what is deeper would cost whoever walks the schema a stack frame for each.
    private const int MaxNesting = 32;

    private static readonly GraphShape Json = new(ShapeKind.Scalar) { Scalar = GraphScalar.Json };
    private static readonly GraphShape Hidden = new(ShapeKind.Hidden);

    private readonly Dictionary<DataType, GraphShape> _shapes = new(ReferenceEqualityComparer.Instance);

    /// <summary>What a type is. A type that consists of nothing but itself (a union whose one member is a list of the union) is JSON.</summary>
    public GraphShape Of(DataType type)
    {
        if (_shapes.TryGetValue(type, out var known))
            return known;
        // Lists, maps and unions of one member are what their inner type makes of them: by a chain of their own, as contracts may nest thousands of them.
        var chain = new List<DataType>();
        var met = new Dictionary<DataType, int>(ReferenceEqualityComparer.Instance);
        DataType? next = type;
        for (; next is not null && !_shapes.ContainsKey(next) && met.TryAdd(next, chain.Count); next = InnerOf(next))
            chain.Add(next);
        if (next is not null && met.TryGetValue(next, out var circle))
        {
            chain.GetRange(circle, chain.Count - circle).ForEach(t => _shapes[t] = Json);
            chain.RemoveRange(circle, chain.Count - circle);
        }

        for (var i = chain.Count - 1; i >= 0; i--)
            _shapes[chain[i]] = visibility.Hides(chain[i]) ? Hidden : Decide(chain[i]);
        return _shapes[type];
    }

    /// <summary>The fields of a message that clients see.</summary>
    public IEnumerable<Field> FieldsOf(MessageType message) => message.Fields.Where(f => !visibility.Hides(message, f));

    // The type whose shape must be known before that of this one; null where there is none.
    private DataType? InnerOf(DataType type) => visibility.Hides(type) ? null : type switch
    {
        ListType list => list.Element,
        MapType map => map.Value,
        MessageType { WellKnown: WellKnown.Wrapper } wrapper => wrapper.Fields[0].Type,
        UnionType union when VisibleMembers(union) is [var only] => only,
        _ => null,
    };

    private List<DataType> VisibleMembers(UnionType union) => UnionRules.Members(union).FindAll(m => !visibility.Hides(m));

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
        if (element.Nesting == MaxNesting)
            return Json;
        // Elements that say nothing are still objects on the wire.
        element = element.Kind == ShapeKind.Presence ? Json : element;
        return new GraphShape(ShapeKind.List) { Nesting = element.Nesting + 1, Element = element, NullableElement = list.NullableElement || element.HoldsNull };
    }

    private GraphShape OfMap(MapType map)
    {
        var value = Of(map.Value);
        if (value.Kind == ShapeKind.Hidden)
            return Hidden;
        if (options.MapsAsJson || value.Nesting == MaxNesting)
            return Json;
        value = value.Kind == ShapeKind.Presence ? Json : value;
        return new GraphShape(ShapeKind.Map) { Nesting = value.Nesting + 1, Element = value, Key = ScalarOf(map.Key), NullableElement = map.NullableValue || value.HoldsNull };
    }

    private GraphShape OfUnion(UnionType union)
    {
        var members = VisibleMembers(union);
        if (members.Count == 1)
            return Of(members[0]);
        // Only messages are objects; a list is not asked, as it may lead back here.
        if (!members.TrueForAll(m => m is MessageType && Of(m).Kind == ShapeKind.Object))
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
