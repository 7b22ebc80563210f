namespace ProtocolGateway.Envelope.Errors;

/// <summary>The catalog of failures that the gateway itself reports. Every reason string is here and nowhere else.</summary>
public static class GatewayErrors
{
    /// <summary>No route matches the request.</summary>
    public static GatewayError NoRoute(string method, string path) =>
        Caller(StatusCode.NotFound, "NO_ROUTE", $"Nothing answers to {method} {path}.");

    /// <summary>No operation has this path, in the words of gRPC.</summary>
    public static GatewayError NoSuchMethod(string? path) =>
        Caller(StatusCode.Unimplemented, "NO_SUCH_METHOD", $"No method answers to {path}.");

    /// <summary>A route matches, but not with this method.</summary>
    /// <param name="allow">The methods that would, as the Allow header's value.</param>
    public static GatewayError MethodNotAllowed(string method, string path, string allow) => new()
    {
        Code = StatusCode.Unimplemented,
        Reason = "METHOD_NOT_ALLOWED",
        Blame = Blame.Caller,
        Message = $"{path} does not take {method}; it takes {allow}.",
        HttpStatus = 405,
        AnswerHeaders = [new("Allow", allow)],
    };

    /// <summary>The input cannot be read.</summary>
    /// <param name="message">Names the path of the field, such as <c>order.lines[3].price</c>, and what is wrong with it.</param>
    public static GatewayError InvalidInput(string message) => Caller(StatusCode.InvalidArgument, "INVALID_INPUT", message);

    /// <summary>A query parameter that no field takes.</summary>
    public static GatewayError UnknownParameter(string name) =>
        Caller(StatusCode.InvalidArgument, "UNKNOWN_PARAMETER", $"There is no parameter \"{name}\".");

    /// <summary>The caller accepts nothing that can be answered.</summary>
    public static GatewayError NotAcceptable(string offered) =>
        Caller(StatusCode.InvalidArgument, "NOT_ACCEPTABLE", $"None of the accepted media types can be sent; this can be: {offered}.", 406);

    /// <summary>The body's media type cannot be read.</summary>
    public static GatewayError UnsupportedMediaType(string given, string taken) =>
        Caller(StatusCode.InvalidArgument, "UNSUPPORTED_MEDIA_TYPE", $"The body is {given}; this operation takes {taken}.", 415);

    /// <summary>A message is larger than allowed.</summary>
    /// <param name="limit">In bytes.</param>
    public static GatewayError RequestTooLarge(long limit) =>
        Caller(StatusCode.ResourceExhausted, "REQUEST_TOO_LARGE", $"The request message is larger than {limit} bytes.", 413);

    /// <summary>The request is larger than the server takes, whose bound is not ours to name.</summary>
    public static GatewayError RequestTooLarge() =>
        Caller(StatusCode.ResourceExhausted, "REQUEST_TOO_LARGE", "The request body is larger than the server takes.", 413);

    /// <summary>The request is coded in a way that is not read here.</summary>
    /// <param name="what">Such as <c>compressed messages</c>.</param>
    public static GatewayError UnsupportedEncoding(string what) =>
        Caller(StatusCode.Unimplemented, "UNSUPPORTED_ENCODING", $"The gateway does not take {what}.");

    /// <summary>The request of an operation that takes one message holds none, or more.</summary>
    /// <param name="found">Such as <c>none</c>.</param>
    public static GatewayError MessageCount(string found) =>
        Caller(StatusCode.Unimplemented, "MESSAGE_COUNT", $"This operation takes exactly one message; the request holds {found}.");

    /// <summary>Another protocol is spoken here.</summary>
    public static GatewayError UpgradeRequired(string protocol) =>
        Caller(StatusCode.InvalidArgument, "UPGRADE_REQUIRED", $"This path speaks {protocol} and nothing else.", 426);

    /// <summary>A page of another site opens a WebSocket.</summary>
    public static GatewayError ForeignOrigin() =>
        Caller(StatusCode.PermissionDenied, "FOREIGN_ORIGIN", "Pages of this origin may not open WebSockets here.");

    /// <summary>One connection has too many calls at a time.</summary>
    public static GatewayError TooManyCalls(int limit) =>
        Caller(StatusCode.ResourceExhausted, "TOO_MANY_CALLS", $"More than {limit} calls at a time on one connection.");

    /// <summary>A stream's messages come faster than the service takes them, and than was granted.</summary>
    public static GatewayError TooFast() =>
        Caller(StatusCode.ResourceExhausted, "NO_CREDIT", "More messages were sent than the gateway has granted.");

    /// <summary>The caller takes the messages of a stream too slowly.</summary>
    public static GatewayError TooSlow() =>
        Caller(StatusCode.ResourceExhausted, "TOO_SLOW", "The messages of the stream were taken too slowly.");

    /// <summary>Messages of a stream were left out, and the caller's protocol has no other word for it.</summary>
    public static GatewayError MessagesMissed(long missed) =>
        Caller(StatusCode.DataLoss, "MESSAGES_MISSED", $"{missed} messages of the stream were left out, as they were taken too slowly.");

    /// <summary>The connection takes no more calls; another one does.</summary>
    public static GatewayError GoingAway() => new()
    {
        Code = StatusCode.Unavailable,
        Reason = "GOING_AWAY",
        Blame = Blame.Caller,
        Message = "The gateway takes no more calls on this connection: connect again.",
        Retry = RetryAdvice.Safe,
    };

    /// <summary>The caller's own time was over before the call began; the service was never asked.</summary>
    /// <param name="header">What says so.</param>
    public static GatewayError NoTimeLeft(string header) =>
        Caller(StatusCode.DeadlineExceeded, "NO_TIME_LEFT", $"The header {header} leaves the call no time.");

    /// <summary>The caller's own time was over while the gateway itself was answering.</summary>
    public static GatewayError TimeOver() => Caller(StatusCode.DeadlineExceeded, "TIME_OVER", "The deadline passed.");

    /// <summary>A service that the gateway was asked of, and does not serve.</summary>
    public static GatewayError NoSuchService() => Caller(StatusCode.NotFound, "NO_SUCH_SERVICE", "There is no such service.");

    /// <summary>A stream of the gateway's own has no end of its own, and ends with what it tells of: the caller comes back for the rest.</summary>
    public static GatewayError StreamMoved() => new()
    {
        Code = StatusCode.Unavailable,
        Reason = "STREAM_MOVED",
        Blame = Blame.Caller,
        Message = "The stream ends as the gateway stops or has a new configuration.",
        Retry = RetryAdvice.Safe,
    };

    /// <summary>The caller went away.</summary>
    public static GatewayError CallerGone() => Caller(StatusCode.Cancelled, "CALLER_GONE", "The caller closed the connection.");

    /// <summary>The request itself had not come when its time was over.</summary>
    public static GatewayError RequestTimeout() =>
        Caller(StatusCode.DeadlineExceeded, "REQUEST_TIMEOUT", "The request's body did not come in time.", 408);

    /// <summary>The deadline passed.</summary>
    public static GatewayError DeadlineExceeded() => new()
    {
        Code = StatusCode.DeadlineExceeded,
        Reason = "DEADLINE_EXCEEDED",
        Blame = Blame.Backend,
        Message = "The deadline passed before the service answered.",
        Retry = RetryAdvice.IfIdempotent,
    };

    /// <summary>No instance of the service can be reached.</summary>
    public static GatewayError Unreachable(string service, string cause) =>
        Backend(StatusCode.Unavailable, "BACKEND_UNREACHABLE", $"The service {service} cannot be reached.", cause, RetryAdvice.Safe);

    /// <summary>The backend broke off.</summary>
    public static GatewayError BackendLost(string service, string cause) =>
        Backend(StatusCode.Unavailable, "BACKEND_LOST", $"The service {service} broke off its answer.", cause, RetryAdvice.IfIdempotent);

    /// <summary>The backend answered something that is not its protocol.</summary>
    public static GatewayError BackendProtocol(string service, string cause) =>
        Backend(StatusCode.Internal, "BACKEND_PROTOCOL", $"The service {service} gave an answer that cannot be read.", cause, RetryAdvice.No, 502);

    /// <summary>The backend's message is larger than allowed.</summary>
    public static GatewayError AnswerTooLarge(string service, long limit) =>
        Backend(StatusCode.ResourceExhausted, "ANSWER_TOO_LARGE", $"The service {service} sent a message larger than {limit} bytes.", null, RetryAdvice.No, 502);

    /// <summary>The backend's message does not fit its contract.</summary>
    public static GatewayError BackendContract(string service, string cause) =>
        Backend(StatusCode.Internal, "BACKEND_CONTRACT", $"The service {service} sent a message that its contract does not describe.", cause, RetryAdvice.No, 502);

    /// <summary>The status that a gRPC service reported itself. What it says along with a server's fault may be an exception's text, so the caller is
    /// not told and the log is; what it says of a caller's fault is meant for the caller. A google.rpc.DebugInfo is for the log, whatever the code.</summary>
    /// <param name="code">Its code; not OK.</param>
    /// <param name="message">What it said.</param>
    /// <param name="details">The serialized google.rpc.Status; empty for none.</param>
    /// <param name="answerHeaders">What its answer says in headers.</param>
    public static GatewayError BackendStatus(StatusCode code, string message, ReadOnlyMemory<byte> details, params KeyValuePair<string, string>[] answerHeaders)
    {
        var isPrivate = StatusTables.ToHttp(code) >= 500;
        var told = isPrivate ? $"The service failed: {code}." : message;
        var shown = BackendDetails.Split(details, code, told, out var debug);
        return new()
        {
            Code = code,
            Reason = "BACKEND_STATUS",
            Blame = Blame.Backend,
            Message = told,
            Cause = (isPrivate && message.Length > 0, debug) switch
            {
                (true, null) => message,
                (true, _) => $"{message}; {debug}",
                _ => debug,
            },
            Retry = code == StatusCode.Unavailable ? RetryAdvice.IfIdempotent : RetryAdvice.No,
            StatusDetails = shown,
            AnswerHeaders = answerHeaders,
        };
    }

    /// <summary>The status that an HTTP service answered on purpose, where an edge cannot pass its answer on. What the body says may be private.</summary>
    /// <param name="service">The service.</param>
    /// <param name="status">400 to 599.</param>
    public static GatewayError BackendHttpStatus(string service, int status) =>
        Backend(StatusTables.FromRestAnswer(status), "BACKEND_STATUS", $"The service {service} answered {status}.", null, RetryAdvice.No, status);

    /// <summary>A plain HTTP answer, or a status of its own, where gRPC was spoken.</summary>
    public static GatewayError BrokenProxy(string service, int status) =>
        Backend(StatusTables.FromBrokenProxy(status), "BACKEND_NOT_GRPC", $"The service {service} did not answer as gRPC.", $"HTTP status {status}", RetryAdvice.No);

    /// <summary>A bug of ours.</summary>
    public static GatewayError Bug(Exception cause) => new()
    {
        Code = StatusCode.Internal,
        Reason = "INTERNAL",
        Blame = Blame.Gateway,
        Message = "The gateway failed.",
        Cause = cause.ToString(),
    };

    private static GatewayError Caller(StatusCode code, string reason, string message, int httpStatus = 0) => new()
    {
        Code = code,
        Reason = reason,
        Blame = Blame.Caller,
        Message = message,
        HttpStatus = httpStatus,
    };

    private static GatewayError Backend(StatusCode code, string reason, string message, string? cause, RetryAdvice retry, int httpStatus = 0) => new()
    {
        Code = code,
        Reason = reason,
        Blame = Blame.Backend,
        Message = message,
        Cause = cause,
        Retry = retry,
        HttpStatus = httpStatus,
    };
}
