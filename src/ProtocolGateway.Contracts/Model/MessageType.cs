namespace ProtocolGateway.Contracts.Model;

/// <summary>The messages whose JSON form is special; see the protobuf JSON mapping.</summary>
public enum WellKnown
{
    /// <summary>An ordinary message.</summary>
    None,

    /// <summary>google.protobuf.Any.</summary>
    Any,

    /// <summary>google.protobuf.Timestamp.</summary>
    Timestamp,

    /// <summary>google.protobuf.Duration.</summary>
    Duration,

    /// <summary>google.protobuf.FieldMask.</summary>
    FieldMask,

    /// <summary>google.protobuf.Struct.</summary>
    Struct,

    /// <summary>google.protobuf.Value.</summary>
    Value,

    /// <summary>google.protobuf.ListValue.</summary>
    ListValue,

    /// <summary>One of the nine wrappers, google.protobuf.Int32Value and its kin.</summary>
    Wrapper,

    /// <summary>google.protobuf.Empty.</summary>
    Empty,

    /// <summary>google.api.HttpBody: no special JSON, but a raw body for REST.</summary>
    HttpBody,
}

/// <summary>A message of protobuf or an object schema of OpenAPI.</summary>
public sealed class MessageType(string fullName) : DataType
{
    private Dictionary<string, Field>? _byName;

    /// <summary>The full name, without a leading dot.</summary>
    public string FullName { get; } = fullName;

    /// <summary>Which special JSON form this message has.</summary>
    public WellKnown WellKnown { get; init; }

    /// <summary>The fields in the contract's order, extensions last.</summary>
    public IReadOnlyList<Field> Fields { get; private set; } = [];

    /// <summary>The oneof groups that the contract declares (synthetic ones of proto3 optional left out).</summary>
    public IReadOnlyList<OneofGroup> Oneofs { get; private set; } = [];

    /// <summary>The type of properties that the schema does not name (OpenAPI additionalProperties); null where they are not declared.</summary>
    public DataType? AdditionalProperties { get; private set; }

    /// <summary>Called once by the reader that builds the model; messages may be recursive.</summary>
    internal void Complete(IReadOnlyList<Field> fields, IReadOnlyList<OneofGroup> oneofs, DataType? additionalProperties = null) =>
        (Fields, Oneofs, AdditionalProperties) = (fields, oneofs, additionalProperties);

    /// <summary>The same message with no other fields than those: what a codec compiled from it does not know, it passes over.</summary>
    public MessageType With(IReadOnlyList<Field> fields)
    {
        var part = new MessageType(FullName) { WellKnown = WellKnown, Documentation = Documentation, Deprecated = Deprecated };
        part.Complete(fields, Oneofs, AdditionalProperties);
        return part;
    }

    /// <summary>The field with that JSON name or, failing that, that original name; null where there is none. For load time: per-call code compiles its own tables.</summary>
    public Field? FindField(string name)
    {
        if (_byName is null)
        {
            var map = new Dictionary<string, Field>(StringComparer.Ordinal);
            foreach (var field in Fields)
                map.TryAdd(field.JsonName, field);
            foreach (var field in Fields)
                map.TryAdd(field.Name, field);
            _byName = map;
        }

        return _byName.GetValueOrDefault(name);
    }
}

/// <summary>A oneof of a protobuf message: at most one of its fields is set.</summary>
public sealed class OneofGroup(string name)
{
    /// <summary>The name in the contract.</summary>
    public string Name { get; } = name;

    /// <summary>The documentation that the contract gives, or empty.</summary>
    public string Documentation { get; init; } = "";
}
