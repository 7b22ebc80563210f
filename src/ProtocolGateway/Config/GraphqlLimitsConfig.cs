using System.ComponentModel;
using ProtocolGateway.Edges.GraphQL;

namespace ProtocolGateway.Config;

/// <summary>What one GraphQL document may ask for.</summary>
public sealed record GraphqlLimitsConfig
{
    /// <summary>The longest document.</summary>
    [Description("The longest document: bytes, or a text such as 1MiB."), ByteSize]
    public long MaxDocumentBytes { get; init; } = Defaults.MaxDocumentBytes;

    /// <summary>The most tokens.</summary>
    [Description("The most tokens of a document."), AtLeast(1)]
    public int MaxTokens { get; init; } = Defaults.MaxTokens;

    /// <summary>The deepest nesting of fields.</summary>
    [Description("The deepest nesting of fields, fragments expanded. GraphiQL's own question on the schema has 15."), AtLeast(1)]
    public int MaxDepth { get; init; } = Defaults.MaxDepth;

    /// <summary>The most aliases.</summary>
    [Description("The most aliases, fragments expanded."), AtLeast(0)]
    public int MaxAliases { get; init; } = Defaults.MaxAliases;

    /// <summary>The most root fields.</summary>
    [Description("The most fields of the root type, fragments expanded; each is a call."), AtLeast(1)]
    public int MaxRootFields { get; init; } = Defaults.MaxRootFields;

    /// <summary>The most directives.</summary>
    [Description("The most directives, fragments expanded."), AtLeast(0)]
    public int MaxDirectives { get; init; } = Defaults.MaxDirectives;

    /// <summary>The most fields.</summary>
    [Description("The most fields, fragments expanded."), AtLeast(1)]
    public int MaxFields { get; init; } = Defaults.MaxFields;

    /// <summary>The highest cost.</summary>
    [Description("The highest cost of an operation: one for each object, operations.NAME.graphql.weight for each call; a list multiplies what is in it."), AtLeast(1)]
    public int MaxCost { get; init; } = Defaults.MaxCost;

    /// <summary>How long a list is taken to be.</summary>
    [Description("How many elements a list is taken to have for the cost where no argument such as first, limit or pageSize says so."), AtLeast(1)]
    public int AssumedListSize { get; init; } = Defaults.AssumedListSize;

    /// <summary>The largest answer of one call.</summary>
    [Description("The largest answer of one call to a service that is read: bytes, or a text such as 16MiB."), ByteSize]
    public long MaxAnswerBytes { get; init; } = Edge.MaxAnswerBytes;

    /// <summary>The largest response.</summary>
    [Description("The largest response to a client: bytes, or a text such as 64MiB."), ByteSize]
    public long MaxResponseBytes { get; init; } = Edge.MaxResponseBytes;

    private static GraphEdgeOptions Edge { get; } = new();

    private static GraphLimits Defaults { get; } = new();
}
