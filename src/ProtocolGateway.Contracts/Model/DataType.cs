namespace ProtocolGateway.Contracts.Model;

/// <summary>A type of the neutral model. Instances are shared and, once the catalog is built, immutable.</summary>
public abstract class DataType
{
    /// <summary>The documentation that the contract gives, or empty.</summary>
    public string Documentation { get; init; } = "";

    /// <summary>The contract says that this is deprecated.</summary>
    public bool Deprecated { get; init; }
}

/// <summary>The scalar kinds: the fifteen of protobuf, which also fix the wire encoding, and free JSON.</summary>
public enum ScalarKind
{
    /// <summary>IEEE 754, 64 bits.</summary>
    Double,

    /// <summary>IEEE 754, 32 bits.</summary>
    Float,

    /// <summary>Varint, negative numbers in ten bytes.</summary>
    Int32,

    /// <summary>Varint, negative numbers in ten bytes.</summary>
    Int64,

    /// <summary>Varint.</summary>
    UInt32,

    /// <summary>Varint.</summary>
    UInt64,

    /// <summary>Zigzag varint.</summary>
    SInt32,

    /// <summary>Zigzag varint.</summary>
    SInt64,

    /// <summary>Four bytes, unsigned.</summary>
    Fixed32,

    /// <summary>Eight bytes, unsigned.</summary>
    Fixed64,

    /// <summary>Four bytes, signed.</summary>
    SFixed32,

    /// <summary>Eight bytes, signed.</summary>
    SFixed64,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>UTF-8 text.</summary>
    String,

    /// <summary>Any bytes.</summary>
    Bytes,

    /// <summary>Any JSON value: an OpenAPI schema that says nothing of the type.</summary>
    Json,
}

/// <summary>A scalar, with what an OpenAPI schema says beyond its kind.</summary>
public sealed class ScalarType(ScalarKind kind) : DataType
{
    /// <summary>The kind.</summary>
    public ScalarKind Kind { get; } = kind;

    /// <summary>The OpenAPI format, such as date-time or uuid; null where none is given.</summary>
    public string? Format { get; init; }

    /// <summary>Limits on the value; null where the contract sets none.</summary>
    public ScalarLimits? Limits { get; init; }
}

/// <summary>Limits that a contract sets on a scalar; null members are not limited.</summary>
public sealed record ScalarLimits
{
    /// <summary>Smallest number.</summary>
    public decimal? Minimum { get; init; }

    /// <summary>Largest number.</summary>
    public decimal? Maximum { get; init; }

    /// <summary>The smallest number itself is not allowed.</summary>
    public bool ExclusiveMinimum { get; init; }

    /// <summary>The largest number itself is not allowed.</summary>
    public bool ExclusiveMaximum { get; init; }

    /// <summary>Shortest text, in Unicode code points.</summary>
    public int? MinLength { get; init; }

    /// <summary>Longest text, in Unicode code points.</summary>
    public int? MaxLength { get; init; }

    /// <summary>A regular expression (ECMA 262) that the text must contain a match of.</summary>
    public string? Pattern { get; init; }
}

/// <summary>A list of one type.</summary>
public sealed class ListType(DataType element) : DataType
{
    /// <summary>The type of the elements.</summary>
    public DataType Element { get; } = element;

    /// <summary>Elements may be null (OpenAPI).</summary>
    public bool NullableElement { get; init; }
}

/// <summary>A map. Keys are scalars other than floats, bytes and JSON; always strings in OpenAPI.</summary>
public sealed class MapType(ScalarType key, DataType value) : DataType
{
    /// <summary>The type of the keys.</summary>
    public ScalarType Key { get; } = key;

    /// <summary>The type of the values.</summary>
    public DataType Value { get; } = value;

    /// <summary>Values may be null (OpenAPI).</summary>
    public bool NullableValue { get; init; }
}

/// <summary>One of several types: oneOf or anyOf of an OpenAPI schema. A oneof of protobuf is an <see cref="OneofGroup"/>.</summary>
public sealed class UnionType(string name) : DataType
{
    /// <summary>The name, unique in its contract.</summary>
    public string Name { get; } = name;

    /// <summary>The members, in the contract's order.</summary>
    public IReadOnlyList<DataType> Members { get; private set; } = [];

    /// <summary>The JSON property that tells which member a value is; null where none is declared.</summary>
    public string? Discriminator { get; private set; }

    /// <summary>The member for each value of the discriminator.</summary>
    public IReadOnlyDictionary<string, DataType> Mapping { get; private set; } = new Dictionary<string, DataType>();

    /// <summary>Called once by the reader that builds the model; unions may be recursive.</summary>
    internal void Complete(IReadOnlyList<DataType> members, string? discriminator, IReadOnlyDictionary<string, DataType> mapping) =>
        (Members, Discriminator, Mapping) = (members, discriminator, mapping);
}
