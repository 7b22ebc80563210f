namespace ProtocolGateway.Contracts.Model;

/// <summary>One value of an enum.</summary>
/// <param name="Name">The name, in JSON and in the contract.</param>
/// <param name="Number">The number on the protobuf wire; the ordinal in OpenAPI.</param>
public sealed record EnumValue(string Name, int Number)
{
    /// <summary>The documentation that the contract gives, or empty.</summary>
    public string Documentation { get; init; } = "";

    /// <summary>The contract says that this is deprecated.</summary>
    public bool Deprecated { get; init; }
}

/// <summary>An enum.</summary>
public sealed class EnumType(string fullName, IReadOnlyList<EnumValue> values) : DataType
{
    /// <summary>The full name, without a leading dot.</summary>
    public string FullName { get; } = fullName;

    /// <summary>The values in the contract's order; two may share a number (allow_alias): the first is its name.</summary>
    public IReadOnlyList<EnumValue> Values { get; } = values;

    /// <summary>Unknown numbers are kept (proto3, editions' open enums) instead of treated as unknown fields.</summary>
    public bool IsOpen { get; init; } = true;
}
