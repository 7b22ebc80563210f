using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>The stable codes of errors, in SNAKE_CASE_UPPER as clients of GraphQL know codes: the gateway's own, and those of calls.</summary>
internal static class GraphCodes
{
    /// <summary>The request is not one of GraphQL over HTTP.</summary>
    public const string BadRequest = "BAD_REQUEST";

    /// <summary>The document cannot be parsed.</summary>
    public const string ParseFailed = "GRAPHQL_PARSE_FAILED";

    /// <summary>The document does not fit the schema.</summary>
    public const string ValidationFailed = "GRAPHQL_VALIDATION_FAILED";

    /// <summary>The operation's name is not in the document, or is needed.</summary>
    public const string OperationResolution = "OPERATION_RESOLUTION_FAILURE";

    /// <summary>A variable or argument is not of its type.</summary>
    public const string BadUserInput = "BAD_USER_INPUT";

    /// <summary>A limit is passed.</summary>
    public const string LimitExceeded = "LIMIT_EXCEEDED";

    /// <summary>A backend's value is not of its type.</summary>
    public const string BadAnswer = "BACKEND_CONTRACT";

    /// <summary>The code of a call that failed: gRPC's, but for input that is wrong.</summary>
    public static string Of(StatusCode code) => code == StatusCode.InvalidArgument ? BadUserInput : StatusTables.NameOf(code);
}

/// <summary>A place in a document.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1.</param>
internal readonly record struct GraphLocation(int Line, int Column);

/// <summary>One entry of <c>errors</c>.</summary>
internal sealed class GraphError
{
    /// <summary>What the caller is told.</summary>
    public required string Message { get; init; }

    /// <summary><c>extensions.code</c>.</summary>
    public required string Code { get; init; }

    /// <summary>Names (string) and indices (int) from <c>data</c> to the field; null for errors of the request.</summary>
    public IReadOnlyList<object>? Path { get; init; }

    /// <summary>Where in the document.</summary>
    public IReadOnlyList<GraphLocation> Locations { get; init; } = [];

    /// <summary>The error of the call behind it; null where there was none.</summary>
    public GatewayError? Cause { get; init; }

    /// <summary>The details that the service sent and callers may see, as a JSON array; null where there are none.</summary>
    public byte[]? Details { get; init; }

    /// <summary>The service that was called.</summary>
    public string? Service { get; init; }

    /// <summary>The id under which the log tells more.</summary>
    public string? IncidentId { get; init; }

    /// <summary>Code and message, for tests and debuggers.</summary>
    public override string ToString() => $"{Code}: {Message}";
}
