namespace ProtocolGateway.Contracts.Model;

/// <summary>How the absence of a field is told from its default value.</summary>
public enum Presence
{
    /// <summary>It is not: proto3 fields without a label; lists and maps.</summary>
    Implicit,

    /// <summary>It is: messages, proto2, proto3 optional, oneof members, OpenAPI properties.</summary>
    Explicit,

    /// <summary>It must be there: proto2 required, OpenAPI required.</summary>
    Required,
}

/// <summary>A field of a message.</summary>
public sealed class Field
{
    private DataType _type = null!;

    /// <summary>The name in the contract; for an extension its full name in brackets, as JSON writes it.</summary>
    public required string Name { get; init; }

    /// <summary>The name in JSON.</summary>
    public required string JsonName { get; init; }

    /// <summary>The number on the protobuf wire; 0 where the contract is OpenAPI and none has been given out.</summary>
    public required int Number { get; init; }

    /// <summary>The type. A repeated field has a <see cref="ListType"/>, a map field a <see cref="MapType"/>.</summary>
    public required DataType Type { get => _type; init => _type = value; }

    /// <summary>How absence is told.</summary>
    public Presence Presence { get; init; }

    /// <summary>The oneof that the field belongs to; null outside one.</summary>
    public OneofGroup? Oneof { get; init; }

    /// <summary>A list of numbers that is written packed.</summary>
    public bool Packed { get; init; }

    /// <summary>A message that is written as a group (start and end tags) instead of length-prefixed.</summary>
    public bool Delimited { get; init; }

    /// <summary>A proto2 extension.</summary>
    public bool IsExtension { get; init; }

    /// <summary>Strings must be valid UTF-8 (proto3, and editions unless they say otherwise).</summary>
    public bool ValidateUtf8 { get; init; } = true;

    /// <summary>JSON null is a value of its own (OpenAPI nullable).</summary>
    public bool Nullable { get; init; }

    /// <summary>Callers are asked to give it, though the wire does not need it (google.api.field_behavior REQUIRED).</summary>
    public bool InputRequired { get; init; }

    /// <summary>A map whose entries stand in JSON among the members of the message, as those that it does not name (OpenAPI additionalProperties).</summary>
    public bool IsRest { get; init; }

    /// <summary>The default in the contract's own text form (proto2: as in the descriptor; OpenAPI: JSON); null where none is declared.</summary>
    public string? Default { get; init; }

    /// <summary>Where values of this field travel in an HTTP request of an OpenAPI operation; Body elsewhere.</summary>
    public FieldLocation Location { get; init; }

    /// <summary>How a value at a path, query or header location is written; null elsewhere.</summary>
    public ParameterStyle? Style { get; init; }

    /// <summary>The documentation that the contract gives, or empty.</summary>
    public string Documentation { get; init; } = "";

    /// <summary>The contract says that this is deprecated.</summary>
    public bool Deprecated { get; init; }

    /// <summary>The same field of another type: a part of its own, where an edge wants no more of it.</summary>
    public Field With(DataType type)
    {
        var copy = (Field)MemberwiseClone();
        copy._type = type;
        return copy;
    }

    /// <summary>The name, for debuggers and diagnostics.</summary>
    public override string ToString() => $"{Name} = {Number}";
}

/// <summary>Where a value of an OpenAPI operation's input travels.</summary>
public enum FieldLocation
{
    /// <summary>In the body.</summary>
    Body,

    /// <summary>In the path.</summary>
    Path,

    /// <summary>In the query.</summary>
    Query,

    /// <summary>In a header.</summary>
    Header,

    /// <summary>In a cookie.</summary>
    Cookie,
}

/// <summary>OpenAPI's serialization of a parameter.</summary>
/// <param name="Name">form, simple, label, matrix, spaceDelimited, pipeDelimited or deepObject.</param>
/// <param name="Explode">Each element of a list or object stands as a value of its own.</param>
/// <param name="AllowReserved">Reserved characters are not escaped.</param>
public sealed record ParameterStyle(string Name, bool Explode, bool AllowReserved = false);
