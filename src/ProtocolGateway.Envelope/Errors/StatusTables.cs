namespace ProtocolGateway.Envelope.Errors;

/// <summary>The names of gRPC codes, and the tables between them and HTTP statuses. Which one of the two back-tables holds depends on who speaks.</summary>
public static class StatusTables
{
    /// <summary>The HTTP status of a code, as google/rpc/code.proto gives it; 500 for a number that is none of the seventeen.</summary>
    public static int ToHttp(StatusCode code) => code switch
    {
        StatusCode.Ok => 200,
        StatusCode.Cancelled => 499,
        StatusCode.Unknown => 500,
        StatusCode.InvalidArgument => 400,
        StatusCode.DeadlineExceeded => 504,
        StatusCode.NotFound => 404,
        StatusCode.AlreadyExists => 409,
        StatusCode.PermissionDenied => 403,
        StatusCode.ResourceExhausted => 429,
        StatusCode.FailedPrecondition => 400,
        StatusCode.Aborted => 409,
        StatusCode.OutOfRange => 400,
        StatusCode.Unimplemented => 501,
        StatusCode.Internal => 500,
        StatusCode.Unavailable => 503,
        StatusCode.DataLoss => 500,
        StatusCode.Unauthenticated => 401,
        _ => 500,
    };

    /// <summary>The code of an HTTP status that a REST service answered on purpose; Unknown for what no row names.</summary>
    public static StatusCode FromRestAnswer(int status) => status switch
    {
        >= 200 and < 300 => StatusCode.Ok,
        400 or 405 or 406 or 411 or 414 or 415 or 422 or 431 => StatusCode.InvalidArgument,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 or 410 => StatusCode.NotFound,
        408 or 504 => StatusCode.DeadlineExceeded,
        409 => StatusCode.Aborted,
        412 or 428 => StatusCode.FailedPrecondition,
        413 or 429 => StatusCode.ResourceExhausted,
        416 => StatusCode.OutOfRange,
        499 => StatusCode.Cancelled,
        501 => StatusCode.Unimplemented,
        502 or 503 => StatusCode.Unavailable,
        500 => StatusCode.Internal,
        _ => StatusCode.Unknown,
    };

    /// <summary>The code where gRPC was spoken and a plain HTTP status came back: a proxy between is broken (grpc, http-grpc-status-mapping).</summary>
    public static StatusCode FromBrokenProxy(int status) => status switch
    {
        400 => StatusCode.Internal,
        401 => StatusCode.Unauthenticated,
        403 => StatusCode.PermissionDenied,
        404 => StatusCode.Unimplemented,
        429 or 502 or 503 or 504 => StatusCode.Unavailable,
        _ => StatusCode.Unknown,
    };

    /// <summary>The code of a grpc-status number; Unknown for one that is none of the seventeen.</summary>
    public static StatusCode FromGrpcNumber(long number) => number is >= 0 and <= 16 ? (StatusCode)number : StatusCode.Unknown;

    /// <summary>The name of a code as google/rpc/code.proto writes it; that of Unknown for a number that is none of the seventeen.</summary>
    public static string NameOf(StatusCode code) => code switch
    {
        StatusCode.Ok => "OK",
        StatusCode.Cancelled => "CANCELLED",
        StatusCode.Unknown => "UNKNOWN",
        StatusCode.InvalidArgument => "INVALID_ARGUMENT",
        StatusCode.DeadlineExceeded => "DEADLINE_EXCEEDED",
        StatusCode.NotFound => "NOT_FOUND",
        StatusCode.AlreadyExists => "ALREADY_EXISTS",
        StatusCode.PermissionDenied => "PERMISSION_DENIED",
        StatusCode.ResourceExhausted => "RESOURCE_EXHAUSTED",
        StatusCode.FailedPrecondition => "FAILED_PRECONDITION",
        StatusCode.Aborted => "ABORTED",
        StatusCode.OutOfRange => "OUT_OF_RANGE",
        StatusCode.Unimplemented => "UNIMPLEMENTED",
        StatusCode.Internal => "INTERNAL",
        StatusCode.Unavailable => "UNAVAILABLE",
        StatusCode.DataLoss => "DATA_LOSS",
        StatusCode.Unauthenticated => "UNAUTHENTICATED",
        _ => "UNKNOWN",
    };
}
