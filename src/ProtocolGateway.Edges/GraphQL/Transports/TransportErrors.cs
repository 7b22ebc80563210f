using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>Failures of the ways in, before anything runs. Reasons become <c>extensions.code</c>.</summary>
internal static class TransportErrors
{
    /// <summary>The methods that are answered, as the header Allow lists them.</summary>
    public const string Methods = "GET, HEAD, OPTIONS, POST";

    /// <summary>The reason of <see cref="PersistedQueryNotFound"/>.</summary>
    public const string NotFoundReason = "PERSISTED_QUERY_NOT_FOUND";

    /// <summary>There is neither a document nor anything that names one.</summary>
    public static GatewayError NoQuery() =>
        NotWellFormed("The request holds no \"query\": a text that is a GraphQL document.");

    /// <summary>What came cannot be read at all.</summary>
    public static GatewayError BadRequest(string message) => Refused("BAD_REQUEST", message);

    /// <summary>What came can be read, but is no request. A status of the 2026 draft; <see cref="GraphAnswerWriter"/> knows that of the other profile.</summary>
    public static GatewayError NotWellFormed(string message) => Refused("BAD_REQUEST", message, 422);

    /// <summary>The client takes no form in which answers are sent.</summary>
    public static GatewayError NotAcceptable() => Refused(
        "NOT_ACCEPTABLE",
        "None of the accepted media types can be sent; these can be: application/graphql-response+json, application/json, text/event-stream, multipart/mixed;subscriptionSpec=1.0.",
        406);

    /// <summary>The body is of a media type that is not read; or of none, which browsers may send for any page.</summary>
    public static GatewayError UnsupportedType(string? given) => Refused(
        "UNSUPPORTED_MEDIA_TYPE", $"The body is {given ?? "of no media type"}; this endpoint takes application/json in UTF-8 without content coding.", 415);

    /// <summary>A method that is neither GET nor POST.</summary>
    public static GatewayError Method() => new()
    {
        Code = StatusCode.Unimplemented,
        Reason = "METHOD_NOT_ALLOWED",
        Blame = Blame.Caller,
        Message = "GraphQL is asked by POST or GET.",
        HttpStatus = 405,
        AnswerHeaders = [new("Allow", Methods)],
    };

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
    public static GatewayError PersistedQueryNotFound() => Refused(NotFoundReason, "PersistedQueryNotFound");

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
