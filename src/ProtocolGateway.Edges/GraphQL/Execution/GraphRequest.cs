namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>One request as it came. The memory is the transport's, and stays valid until the execution has ended.</summary>
internal readonly struct GraphRequest
{
    /// <summary>The document: the inside of a JSON string, escapes and all, well-formed.</summary>
    public ReadOnlyMemory<byte> Query { get; init; }

    /// <summary>Which of the document's operations is meant; null where it holds one.</summary>
    public string? OperationName { get; init; }

    /// <summary>A well-formed JSON object, or empty.</summary>
    public ReadOnlyMemory<byte> Variables { get; init; }

    /// <summary>A well-formed JSON object, or empty.</summary>
    public ReadOnlyMemory<byte> Extensions { get; init; }
}
