using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Joins;

/// <summary>A field that an extension file adds to a type, as written.</summary>
public sealed record ExtensionField
{
    /// <summary>The type that is extended.</summary>
    public required string Parent { get; init; }

    /// <summary>The field's name.</summary>
    public required string Name { get; init; }

    /// <summary>The type of its value.</summary>
    public required ExtensionType Type { get; init; }

    /// <summary>Its arguments: those that are filled from the parent, and the clients'.</summary>
    public IReadOnlyList<ExtensionArgument> Arguments { get; init; } = [];

    /// <summary>The full name of the operation that is called.</summary>
    public required string Operation { get; init; }

    /// <summary>The path in the operation's answer; empty for the answer itself.</summary>
    public string Result { get; init; } = "";

    /// <summary>The most keys of one call; null where the file does not say.</summary>
    public int? Batch { get; init; }

    /// <summary>The documentation, or empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Why it should not be used; null where it may.</summary>
    public string? Deprecation { get; init; }

    /// <summary>Where it is written.</summary>
    public required SourceLocation Place { get; init; }
}

/// <summary>An argument of such a field.</summary>
public sealed record ExtensionArgument
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The type.</summary>
    public required ExtensionType Type { get; init; }

    /// <summary>The path in the parent that it is filled from; null for a client's argument.</summary>
    public string? Require { get; init; }

    /// <summary>The path in the operation's input, where it is not the argument's name; null elsewhere.</summary>
    public string? Input { get; init; }

    /// <summary>The path in an entity of the answer that holds the same value: the key of a batch; null elsewhere.</summary>
    public string? Is { get; init; }

    /// <summary>Where it is written.</summary>
    public required SourceLocation Place { get; init; }
}

/// <summary>A type as written.</summary>
/// <param name="Name">Of a named type; null for a list.</param>
/// <param name="Element">Of a list.</param>
/// <param name="NonNull">With an exclamation mark.</param>
public sealed record ExtensionType(string? Name, ExtensionType? Element, bool NonNull)
{
    /// <summary>The name within all lists.</summary>
    public string Innermost => Name ?? Element!.Innermost;

    /// <summary>As SDL writes it.</summary>
    public override string ToString() => (Name ?? $"[{Element}]") + (NonNull ? "!" : "");
}
