using ProtocolGateway.Edges.GraphQL.Execution;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>A request as a client sent it, its document perhaps not yet found.</summary>
/// <param name="Request">The request; its memory is that of the text it was read from.</param>
/// <param name="DocumentId">The member <c>documentId</c>; null where there is none.</param>
internal readonly record struct IncomingRequest(GraphRequest Request, string? DocumentId);

/// <summary>The members of a request that mean something.</summary>
internal enum RequestMember
{
    None,
    Query,
    OperationName,
    Variables,
    Extensions,
    DocumentId,
}
