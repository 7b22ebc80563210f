using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>What is wanted of the objects of one type. Compiled once for a document; immutable after.</summary>
internal sealed class SelectionPlan(GraphType type, NameTable properties, OutputField[] fields)
{
    /// <summary>The type.</summary>
    public GraphType Type { get; } = type;

    /// <summary>The properties that are looked at in an object's JSON.</summary>
    public NameTable Properties { get; } = properties;

    /// <summary>What is written, in the order of the answer.</summary>
    public OutputField[] Fields { get; } = fields;

    /// <summary>A join stands in it or below.</summary>
    public bool HasJoins { get; } = fields.Any(static f => f.LeadsToJoin);
}

/// <summary>Where the value of a member of the answer comes from.</summary>
internal enum OutputSource
{
    /// <summary>A property of the object.</summary>
    Property,

    /// <summary>The object itself.</summary>
    Self,

    /// <summary>True, where the property is there and not null.</summary>
    Presence,

    /// <summary><see cref="OutputField.Constant"/>.</summary>
    Constant,

    /// <summary>The answer of a call.</summary>
    Fetch,

    /// <summary>What a join has found for the object.</summary>
    Join,

    /// <summary>What the schema says of itself, where variables have a part in the question.</summary>
    Introspection,
}

/// <summary>One member of an object in the answer.</summary>
internal sealed class OutputField
{
    /// <summary>The alias or the name.</summary>
    public required string ResponseName { get; init; }

    /// <summary>Quoted name and colon.</summary>
    public required byte[] Key { get; init; }

    /// <summary>Where the value comes from.</summary>
    public required OutputSource Source { get; init; }

    /// <summary>How the value is written.</summary>
    public required ValuePlan Value { get; init; }

    /// <summary>Type and field, for messages: <c>Post.author</c>.</summary>
    public required string Coordinate { get; init; }

    /// <summary>Where in the document it is asked for, for errors.</summary>
    public GraphLocation Location { get; init; }

    /// <summary>Of <see cref="OutputSource.Property"/> and <see cref="OutputSource.Presence"/>: the index in <see cref="SelectionPlan.Properties"/>.</summary>
    public int Property { get; init; }

    /// <summary>The value is the name of a member, as the key of a map's entry.</summary>
    public bool IsMapKey { get; init; }

    /// <summary>The JSON that is always written.</summary>
    public byte[]? Constant { get; init; }

    /// <summary>Of <see cref="OutputSource.Introspection"/>: the answer for a request's variables.</summary>
    public Func<ReadOnlyMemory<byte>, byte[]>? Introspect { get; init; }

    /// <summary>The call.</summary>
    public FetchPlan? Fetch { get; init; }

    /// <summary>The join as this object uses it.</summary>
    public JoinUse? Join { get; init; }

    /// <summary>The value is a join's, or a join stands below it.</summary>
    public bool LeadsToJoin => Join is not null || Value.HasJoins;
}

/// <summary>How a value of one GraphQL type is written from JSON.</summary>
internal sealed class ValuePlan
{
    /// <summary>Null is no value.</summary>
    public required bool NonNull { get; init; }

    /// <summary>Of a list: its elements.</summary>
    public ValuePlan? Element { get; init; }

    /// <summary>Of a list: the JSON is an object, each member of which is an element with a key and a value.</summary>
    public bool IsMap { get; init; }

    /// <summary>Of a scalar or enum.</summary>
    public LeafPlan? Leaf { get; init; }

    /// <summary>Of an object type.</summary>
    public SelectionPlan? Object { get; init; }

    /// <summary>Of a union.</summary>
    public UnionPlan? Union { get; init; }

    /// <summary>A join stands below.</summary>
    public bool HasJoins => Element?.HasJoins ?? Object?.HasJoins ?? Union?.HasJoins ?? false;
}

/// <summary>How a leaf is checked and written.</summary>
/// <param name="Scalar">The values of a scalar.</param>
/// <param name="Enum">The names of an enum; null for a scalar.</param>
/// <param name="TypeName">For messages.</param>
internal sealed record LeafPlan(GraphScalar Scalar, EnumTable? Enum, string TypeName);

/// <summary>What is wanted of each member of a union, and how a value shows which it is.</summary>
internal sealed class UnionPlan(string name, byte[]? discriminator, UnionMemberPlan[] members)
{
    /// <summary>For messages.</summary>
    public string Name { get; } = name;

    /// <summary>The property that tells; null where the presence of properties does.</summary>
    public byte[]? Discriminator { get; } = discriminator;

    /// <summary>In the order in which they are tried.</summary>
    public UnionMemberPlan[] Members { get; } = members;

    /// <summary>A join stands below.</summary>
    public bool HasJoins { get; } = members.Any(static m => m.Object.HasJoins);
}

/// <summary>One member of a union.</summary>
/// <param name="DiscriminatorValues">As inside of JSON strings.</param>
/// <param name="Required">The properties that must all be there.</param>
/// <param name="Object">What is wanted of it.</param>
internal sealed record UnionMemberPlan(byte[][] DiscriminatorValues, byte[][] Required, SelectionPlan Object);
