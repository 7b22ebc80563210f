using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL;

/// <summary>What can be set on the execution of GraphQL operations.</summary>
public sealed record GraphEdgeOptions
{
    /// <summary>The largest answer of one call that is read, in bytes. 16 MiB: four times what gRPC clients take unless told otherwise.</summary>
    public int MaxAnswerBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>The longest answer to a client, in bytes. 64 MiB: four times what one call may answer; joins and aliases repeat what came once.</summary>
    public int MaxResponseBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>What compiled documents may take, in bytes of memory, estimated. 48 MiB: some thousand documents of large applications.</summary>
    public int MaxCachedDocumentBytes { get; init; } = 48 * 1024 * 1024;

    /// <summary>How long a call of an operation may take at most; null for as long as the client waits.</summary>
    public Func<Operation, TimeSpan?> TimeoutOf { get; init; } = static _ => null;

    /// <summary>Equal queries that are under way at the same time are carried out once. Off: a query then answers with what was read before it was asked.</summary>
    public bool ShareQueries { get; init; }

    /// <summary>What documents may ask for.</summary>
    public GraphLimits Limits { get; init; } = new();

    /// <summary>The types of a gRPC error's details that callers see, by full name; <c>*</c> shows all. The ones that are made for callers (google/rpc/error_details.proto).</summary>
    public IReadOnlyList<string> ErrorDetails { get; init; } =
    [
        "google.rpc.BadRequest", "google.rpc.ErrorInfo", "google.rpc.Help", "google.rpc.LocalizedMessage", "google.rpc.PreconditionFailure",
        "google.rpc.QuotaFailure", "google.rpc.ResourceInfo", "google.rpc.RetryInfo",
    ];

    /// <summary>The headers of backends' answers that are passed on to the client, in lower case.</summary>
    public IReadOnlyList<string> AnswerHeaders { get; init; } = [];
}
