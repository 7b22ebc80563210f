using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema;

/// <summary>Where the value of a field comes from.</summary>
public enum GraphSource
{
    /// <summary>The JSON property <see cref="GraphField.JsonName"/> of the object that has the field.</summary>
    Property,

    /// <summary>The object that has the field itself: a oneof's union looks at its parent's properties.</summary>
    Self,

    /// <summary>Always true: a call whose answer says nothing, a message that has no fields. Null where the object's property is absent.</summary>
    Presence,

    /// <summary>A call of <see cref="GraphField.Operation"/>: the fields of root types.</summary>
    Operation,

    /// <summary>A call of another operation with values of this object; see <see cref="GraphField.Join"/>.</summary>
    Join,
}

/// <summary>A field of an object type. It holds on to the contract by reference: nothing is ever found again by name.</summary>
public sealed class GraphField
{
    /// <summary>The name in GraphQL.</summary>
    public required string Name { get; init; }

    /// <summary>The type. That of a root field is the type of the operation's answer.</summary>
    public required GraphTypeRef Type { get; init; }

    /// <summary>Where the value comes from.</summary>
    public required GraphSource Source { get; init; }

    /// <summary>The documentation, or empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Why it should not be used; null where it may.</summary>
    public string? Deprecation { get; init; }

    /// <summary>What a client can say. Arguments that a join fills are not among them.</summary>
    public IReadOnlyList<GraphInputValue> Arguments { get; init; } = [];

    /// <summary>The property of the parent's JSON, for <see cref="GraphSource.Property"/> and <see cref="GraphSource.Presence"/> of an object type.</summary>
    public string JsonName { get; init; } = "";

    /// <summary>The contract's field; null for root fields, joins and map entries.</summary>
    public Field? Contract { get; init; }

    /// <summary>What a root field calls.</summary>
    public Operation? Operation { get; init; }

    /// <summary>How another service is asked.</summary>
    public GraphJoin? Join { get; init; }

    /// <summary>The input field that says which fields are wanted; filled from the selection. Of root fields and joins.</summary>
    public GraphReadMask? ReadMask { get; init; }

    /// <summary>A query that reads a server stream into a list: the most messages that it takes; 0 elsewhere.</summary>
    public int StreamLimit { get; init; }

    /// <summary>What it costs to call, for the cost limit; the size of lists multiplies what is below.</summary>
    public int Weight { get; init; } = 1;
}

/// <summary>An argument, or a field of an input type.</summary>
public sealed class GraphInputValue
{
    /// <summary>The name in GraphQL.</summary>
    public required string Name { get; init; }

    /// <summary>The type.</summary>
    public required GraphTypeRef Type { get; init; }

    /// <summary>The documentation, or empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Why it should not be used; null where it may.</summary>
    public string? Deprecation { get; init; }

    /// <summary>The default, in GraphQL's literal syntax; null where there is none.</summary>
    public string? Default { get; init; }

    /// <summary>The JSON property in the contract's input; meaningless where <see cref="Spreads"/> or <see cref="IsWhole"/>.</summary>
    public string JsonName { get; init; } = "";

    /// <summary>The contract's field; null for the single <c>input</c> argument, for oneof inputs and for keys and values of maps.</summary>
    public Field? Contract { get; init; }

    /// <summary>The value is an input object whose members belong to the object around it: the single <c>input</c> argument of a mutation, the input of a oneof.</summary>
    public bool Spreads { get; init; }

    /// <summary>
    /// The value is the operation's whole input, not a member of it: the <c>input</c> argument of a gRPC method that takes a message with a JSON form of its own
    /// (google.protobuf.StringValue, Timestamp, Struct and their kin). The only argument of its field.
    /// </summary>
    public bool IsWhole { get; init; }
}

/// <summary>The field of an operation's input that names the wanted fields of its output (AIP-157).</summary>
/// <param name="Input">A google.protobuf.FieldMask.</param>
/// <param name="Element">The repeated field of the output whose elements the paths speak of; null where they speak of the output itself.</param>
public sealed record GraphReadMask(Field Input, Field? Element);

/// <summary>How a field is got from another operation with values of the object that has it.</summary>
public sealed record GraphJoin
{
    /// <summary>What is called.</summary>
    public required Operation Operation { get; init; }

    /// <summary>The operation's inputs that are filled from the parent.</summary>
    public required IReadOnlyList<GraphJoinArgument> Arguments { get; init; }

    /// <summary>The JSON properties that lead from the operation's answer to the field's value, or to the list of entities of a batch; may be empty.</summary>
    public IReadOnlyList<string> ResultPath { get; init; } = [];

    /// <summary>The contract's fields along <see cref="ResultPath"/>, as far as it knows them.</summary>
    public IReadOnlyList<Field> ResultFields { get; init; } = [];

    /// <summary>One call answers for many parents: arguments with a <see cref="GraphJoinArgument.Key"/> take lists.</summary>
    public bool IsBatch { get; init; }

    /// <summary>A parent has a list of entities (all those with its key), not one. Of batches.</summary>
    public bool ManyPerKey { get; init; }

    /// <summary>The most keys of one call; more are shared out over several.</summary>
    public int MaxBatch { get; init; } = 100;

    /// <summary>Where the join is declared.</summary>
    public required SourceLocation Place { get; init; }
}

/// <summary>One input of a join's operation.</summary>
/// <param name="JsonPath">Where the value goes in the operation's input: JSON property names, outermost first.</param>
/// <param name="Parent">The JSON property names that lead from the parent to the value.</param>
/// <param name="ParentFields">The contract's fields along <paramref name="Parent"/>.</param>
/// <param name="Key">Of a batch: the JSON property names that lead from an entity of the answer to the same value; null for values that only narrow the call.</param>
/// <param name="KeyFields">The contract's fields along <paramref name="Key"/>.</param>
public sealed record GraphJoinArgument(
    IReadOnlyList<string> JsonPath,
    IReadOnlyList<string> Parent,
    IReadOnlyList<Field> ParentFields,
    IReadOnlyList<string>? Key,
    IReadOnlyList<Field> KeyFields)
{
    /// <summary>Of a batch whose operation takes a list of objects (<c>users: [{id}]</c>): the property within one object; null where the list holds the values themselves.</summary>
    public string? ElementProperty { get; init; }

    /// <summary>The contract's field that takes the value; its type says how text and numbers are written.</summary>
    public required Field Input { get; init; }
}
