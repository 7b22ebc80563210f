using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>Failures of the ways in, before anything runs. Reasons become <c>extensions.code</c>.</summary>
internal static class TransportErrors
{
    /// <summary>There is neither a document nor anything that names one.</summary>
    public static GatewayError NoQuery() =>
        Refused("BAD_REQUEST", "The request holds no \"query\": a text that is a GraphQL document.");

    /// <summary>The body cannot be read as a request.</summary>
    public static GatewayError BadRequest(string message) => Refused("BAD_REQUEST", message);

    /// <summary>A browser sends this for a page of another site.</summary>
    public static GatewayError CrossSite() => Refused(
        "CROSS_SITE_REQUEST",
        "A browser sent this for a page of another site. Requests of a page that may do so carry the header GraphQL-Require-Preflight, or come from an origin that the gateway's configuration allows.",
        403);

    /// <summary>A mutation by GET.</summary>
    public static GatewayError MutationByGet() => new()
    {
        Code = StatusCode.Unimplemented,
        Reason = "METHOD_NOT_ALLOWED",
        Blame = Blame.Caller,
        Message = "A mutation must come by POST; GET is for queries.",
        HttpStatus = 405,
        AnswerHeaders = [new("Allow", "POST")],
    };

    /// <summary>A subscription that asks for one whole answer.</summary>
    public static GatewayError NeedsStream() => Refused(
        "NOT_ACCEPTABLE",
        "A subscription is answered by a stream: accept text/event-stream or multipart/mixed;subscriptionSpec=1.0, or use a WebSocket with the sub-protocol graphql-transport-ws.",
        406);

    /// <summary>A subscription among the requests of an array.</summary>
    public static GatewayError SubscriptionInBatch() => Refused("BAD_REQUEST", "A subscription cannot be one of several requests in an array.");

    /// <summary>Arrays are refused, or this one is too long.</summary>
    public static GatewayError Batch(int count, int limit) => limit == 0
        ? Refused("BATCHING_DISABLED", "This endpoint takes one request at a time, not an array.")
        : Refused("BATCH_TOO_LARGE", $"The array holds {count} requests; {limit} are allowed.");

    /// <summary>Too many operations on one socket.</summary>
    public static GatewayError TooManyOperations(int limit) =>
        Refused("TOO_MANY_OPERATIONS", $"{limit} operations run on this connection already, which is the most that may.");

    /// <summary>The hash is not known; clients send the document next. Message and code are what they compare.</summary>
    public static GatewayError PersistedQueryNotFound() => Refused("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");

    /// <summary>Hashes alone are never enough here; clients stop sending them.</summary>
    public static GatewayError PersistedQueryNotSupported() => Refused("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported");

    /// <summary>The extension persistedQuery cannot be read, or lies.</summary>
    public static GatewayError BadPersistedQuery(string message) => Refused("BAD_REQUEST", message);

    /// <summary>Only trusted documents run, and the request names none.</summary>
    public static GatewayError DocumentIdRequired() =>
        Refused("PERSISTED_QUERY_ID_REQUIRED", "Only documents that were registered before run here; the request must name one by \"documentId\" or by extensions.persistedQuery.sha256Hash.");

    /// <summary>Only trusted documents run, and this is none.</summary>
    public static GatewayError DocumentNotTrusted() =>
        Refused("PERSISTED_QUERY_NOT_IN_LIST", "The document is none of those that were registered before; only these run here.");

    /// <summary>As an entry of <c>errors</c>.</summary>
    public static GraphError ToGraph(GatewayError error) => new() { Message = error.Message, Code = error.Reason };

    private static GatewayError Refused(string reason, string message, int httpStatus = 400) => new()
    {
        Code = httpStatus == 403 ? StatusCode.PermissionDenied : StatusCode.InvalidArgument,
        Reason = reason,
        Blame = Blame.Caller,
        Message = message,
        HttpStatus = httpStatus,
    };
}
