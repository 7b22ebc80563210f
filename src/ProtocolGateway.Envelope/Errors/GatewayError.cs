namespace ProtocolGateway.Envelope.Errors;

/// <summary>Whose fault an error is; decides log level and what may be told.</summary>
public enum Blame
{
    /// <summary>The caller's.</summary>
    Caller,

    /// <summary>Ours.</summary>
    Gateway,

    /// <summary>The service's behind us.</summary>
    Backend,
}

/// <summary>Whether the same call may be made again.</summary>
public enum RetryAdvice
{
    /// <summary>It will fail again.</summary>
    No,

    /// <summary>It may work, and the backend has not seen it.</summary>
    Safe,

    /// <summary>It may work, but the backend may have carried it out.</summary>
    IfIdempotent,
}

/// <summary>One failure, with everything that any edge needs to render it. Made by <see cref="GatewayErrors"/> or from a backend's own status.</summary>
public sealed class GatewayError
{
    /// <summary>The gRPC code.</summary>
    public required StatusCode Code { get; init; }

    /// <summary>A stable text that programs may compare, in UPPER_SNAKE_CASE.</summary>
    public required string Reason { get; init; }

    /// <summary>Whose fault it is.</summary>
    public required Blame Blame { get; init; }

    /// <summary>What the caller is told.</summary>
    public required string Message { get; init; }

    /// <summary>What really happened; only for the log.</summary>
    public string? Cause { get; init; }

    /// <summary>Whether trying again may help.</summary>
    public RetryAdvice Retry { get; init; }

    /// <summary>The HTTP status where it is more exact than the code's own, such as 405, 413 or a REST backend's; 0 otherwise.</summary>
    public int HttpStatus { get; init; }

    /// <summary>A serialized google.rpc.Status with the details that the backend sent for its callers, what is private taken out; empty where there are none.</summary>
    public ReadOnlyMemory<byte> StatusDetails { get; init; }

    /// <summary>Headers that belong to the error's answer, such as Allow or Retry-After.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> AnswerHeaders { get; init; } = [];

    /// <summary>The status that an HTTP client sees.</summary>
    public int EffectiveHttpStatus => HttpStatus != 0 ? HttpStatus : StatusTables.ToHttp(Code);

    /// <summary>Code, reason, message and cause: for logs only.</summary>
    public override string ToString() => Cause is null ? $"{Code} {Reason}: {Message}" : $"{Code} {Reason}: {Message} ({Cause})";
}
