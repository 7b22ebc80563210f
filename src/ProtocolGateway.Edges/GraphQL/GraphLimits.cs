namespace ProtocolGateway.Edges.GraphQL;

/// <summary>What one document may ask for at most. Every rejection says which limit, how much was found, and how much is allowed.</summary>
public sealed record GraphLimits
{
    /// <summary>The longest document, in bytes. 1 MiB: generated documents of large applications stay below 200 kB.</summary>
    public int MaxDocumentBytes { get; init; } = 1024 * 1024;

    /// <summary>The most tokens of a document. 15,000: the default of Apollo Router.</summary>
    public int MaxTokens { get; init; } = 15_000;

    /// <summary>The deepest nesting of fields. 20: the introspection query of GraphiQL has 15.</summary>
    public int MaxDepth { get; init; } = 20;

    /// <summary>The most aliases, fragments expanded. 30: what Apollo and Hive recommend.</summary>
    public int MaxAliases { get; init; } = 30;

    /// <summary>The most fields of the root type, fragments expanded. 20: each is a call.</summary>
    public int MaxRootFields { get; init; } = 20;

    /// <summary>The most directives, fragments expanded. 50: more is no client's.</summary>
    public int MaxDirectives { get; init; } = 50;

    /// <summary>The most fields, fragments expanded. 3,500: a default of Cosmo Router.</summary>
    public int MaxFields { get; init; } = 3_500;

    /// <summary>The highest cost: one for each object, the weight of the operation for each call, lists multiply what is in them. 20,000: a page of 100 in a page of 100, and room.</summary>
    public int MaxCost { get; init; } = 20_000;

    /// <summary>How many elements a list is taken to have where no argument says so. 10: a usual page.</summary>
    public int AssumedListSize { get; init; } = 10;

    /// <summary>Clients may ask for the schema, and are told of similar names when they misspell one.</summary>
    public bool Introspection { get; init; } = true;
}
