using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema;

/// <summary>The kinds of GraphQL's named types that contracts give rise to.</summary>
public enum GraphKind
{
    /// <summary>A leaf; see <see cref="GraphType.Scalar"/>.</summary>
    Scalar,

    /// <summary>A leaf with named values.</summary>
    Enum,

    /// <summary>An output type with fields.</summary>
    Object,

    /// <summary>An input type with fields.</summary>
    Input,

    /// <summary>One of several object types.</summary>
    Union,
}

/// <summary>What the values of a scalar type are, which fixes how literals, variables and answers are checked.</summary>
public enum GraphScalar
{
    /// <summary>32 bits, signed.</summary>
    Int,

    /// <summary>A finite number.</summary>
    Float,

    /// <summary>Text.</summary>
    String,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Text, or an integer that is taken as text.</summary>
    Id,

    /// <summary>64 bits, signed: text in answers, text or an integer in requests.</summary>
    Int64,

    /// <summary>64 bits, unsigned: text in answers, text or an integer in requests.</summary>
    UInt64,

    /// <summary>32 bits, unsigned: a number both ways.</summary>
    UInt32,

    /// <summary>An instant as RFC 3339 text.</summary>
    DateTime,

    /// <summary>A span of seconds, such as <c>1.5s</c>.</summary>
    Duration,

    /// <summary>Bytes as base64.</summary>
    Bytes,

    /// <summary>A floating-point number for which <c>"NaN"</c>, <c>"Infinity"</c> and <c>"-Infinity"</c> are values too.</summary>
    Double,

    /// <summary>Any JSON value.</summary>
    Json,
}

/// <summary>A named type of the schema. Immutable once the builder has completed it; types may be recursive.</summary>
public sealed class GraphType(string name, GraphKind kind)
{
    private Dictionary<string, GraphField>? _fields;

    /// <summary>The name, unique in the schema.</summary>
    public string Name { get; } = name;

    /// <summary>The kind.</summary>
    public GraphKind Kind { get; } = kind;

    /// <summary>The documentation, or empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>The values of a scalar type; String elsewhere.</summary>
    public GraphScalar Scalar { get; init; }

    /// <summary>The specification that a custom scalar follows, for <c>@specifiedBy</c>; null where there is none.</summary>
    public string? SpecifiedBy { get; init; }

    /// <summary>The contract's type that this one stands for; null for root types, scalars and those that no single contract type stands behind.</summary>
    public DataType? Source { get; init; }

    /// <summary>
    /// An object type with the fields <c>key</c> and <c>value</c>: a list of it stands for a JSON object, one entry for each member. Also of input types.
    /// </summary>
    public bool IsMapEntry { get; init; }

    /// <summary>Exactly one field of the input must be given (<c>@oneOf</c>).</summary>
    public bool IsOneOf { get; init; }

    /// <summary>The fields of an object type.</summary>
    public IReadOnlyList<GraphField> Fields { get; private set; } = [];

    /// <summary>The fields of an input type.</summary>
    public IReadOnlyList<GraphInputValue> InputFields { get; private set; } = [];

    /// <summary>The values of an enum.</summary>
    public IReadOnlyList<GraphEnumValue> Values { get; private set; } = [];

    /// <summary>The members of a union, and how a value tells which it is, tried in order.</summary>
    public IReadOnlyList<GraphUnionMember> Members { get; private set; } = [];

    /// <summary>The JSON property that tells a union's members apart; null where presence of properties does.</summary>
    public string? Discriminator { get; private set; }

    /// <summary>The field of that name; null where there is none. For load time and planning.</summary>
    public GraphField? FindField(string name)
    {
        _fields ??= Fields.ToDictionary(static f => f.Name, StringComparer.Ordinal);
        return _fields.GetValueOrDefault(name);
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    /// <summary>Called once by the builder, of an object type.</summary>
    internal void Complete(IReadOnlyList<GraphField> fields) => (Fields, _fields) = (fields, null);

    /// <summary>Called once by the builder, of an input type.</summary>
    internal void Complete(IReadOnlyList<GraphInputValue> fields) => InputFields = fields;

    /// <summary>Called once by the builder, of an enum.</summary>
    internal void Complete(IReadOnlyList<GraphEnumValue> values) => Values = values;

    /// <summary>Called once by the builder, of a union.</summary>
    internal void Complete(IReadOnlyList<GraphUnionMember> members, string? discriminator) => (Members, Discriminator) = (members, discriminator);
}

/// <summary>One value of an enum type.</summary>
/// <param name="Name">In GraphQL.</param>
/// <param name="JsonName">In the contract's JSON.</param>
/// <param name="Number">On the protobuf wire; the ordinal in OpenAPI.</param>
public sealed record GraphEnumValue(string Name, string JsonName, int Number)
{
    /// <summary>The documentation, or empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Why it should not be used; null where it may.</summary>
    public string? Deprecation { get; init; }
}

/// <summary>One member of a union and how its values are recognized.</summary>
/// <param name="Type">An object type.</param>
/// <param name="DiscriminatorValues">The values of the discriminator that mean this member; empty without a discriminator.</param>
/// <param name="Required">The JSON properties that all must be there, where there is no discriminator; one of a oneof's members has one, its arm.</param>
public sealed record GraphUnionMember(GraphType Type, IReadOnlyList<string> DiscriminatorValues, IReadOnlyList<string> Required);

/// <summary>A named type with lists and non-null around it.</summary>
public sealed record GraphTypeRef
{
    private GraphTypeRef(GraphType? named, GraphTypeRef? element, bool nonNull) => (Named, Element, NonNull) = (named, element, nonNull);

    /// <summary>The named type; null for a list.</summary>
    public GraphType? Named { get; }

    /// <summary>The type of a list's elements; null for a named type.</summary>
    public GraphTypeRef? Element { get; }

    /// <summary>Null is no value of it.</summary>
    public bool NonNull { get; }

    /// <summary>The named type within all lists.</summary>
    public GraphType Innermost => Named ?? Element!.Innermost;

    /// <summary>A named type.</summary>
    public static GraphTypeRef Of(GraphType type, bool nonNull = false) => new(type, null, nonNull);

    /// <summary>A list.</summary>
    public static GraphTypeRef ListOf(GraphTypeRef element, bool nonNull = false) => new(null, element, nonNull);

    /// <summary>The same, with or without null.</summary>
    public GraphTypeRef With(bool nonNull) => nonNull == NonNull ? this : new(Named, Element, nonNull);

    /// <summary>As SDL writes it: <c>[Post!]!</c>.</summary>
    public override string ToString() => (Named?.Name ?? "[" + Element + "]") + (NonNull ? "!" : "");
}
