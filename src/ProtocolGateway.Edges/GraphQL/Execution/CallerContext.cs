using Microsoft.AspNetCore.Http;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Who asks, for the calls of one request: what of his headers goes on, how long he waits, and what comes back for him.</summary>
internal sealed class CallerContext
{
    private readonly HttpContext _context;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private (CallHeaders Headers, GatewayError? Error)? _grpc, _http;
    private List<KeyValuePair<string, string>>? _answers;

    /// <summary>Reads how long the caller waits; his headers are read with the first call that carries them.</summary>
    /// <param name="context">The request, or the one that opened the socket.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancelled">Fires when the caller has gone or cancels.</param>
    public CallerContext(HttpContext context, TimeProvider time, CancellationToken cancelled)
    {
        (_context, _time, Cancelled) = (context, time, cancelled);
        Address = ClientHeaders.CallerAddress(context);
        Error = CallTimeouts.Read(context.Request.Headers, null, time, out var deadline);
        Deadline = deadline;
    }

    /// <summary>Fires when the caller has gone or cancels.</summary>
    public CancellationToken Cancelled { get; private set; }

    /// <summary>A time to wait that cannot be read; the request is refused with it.</summary>
    public GatewayError? Error { get; }

    /// <summary>His address.</summary>
    public string? Address { get; }

    /// <summary>How long he waits.</summary>
    public Deadline Deadline { get; }

    /// <summary>The headers of answers that are passed on to him, in the order in which they came.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> AnswerHeaders => _answers ?? [];

    /// <summary>When a call must be done that may take so long at most.</summary>
    public Deadline DeadlineOf(TimeSpan? most) => most is { } span ? Deadline.Earlier(Deadline.After(span, _time)) : Deadline;

    /// <summary>Adds what a backend is sent of the caller's headers.</summary>
    /// <param name="grpc">As metadata.</param>
    /// <param name="into">The call's headers.</param>
    /// <returns>Null, or the header that cannot be passed on; the call is refused with it.</returns>
    public GatewayError? AddHeaders(bool grpc, CallHeaders into)
    {
        var (headers, error) = Once(grpc);
        into.AddAll(headers);
        return error;
    }

    /// <summary>What backends are sent of his headers.</summary>
    public ReadOnlySpan<KeyValuePair<string, string>> HeadersOf(bool grpc) => Once(grpc).Headers.Items;

    /// <summary>Why calls are refused that would carry his headers; null where they are not.</summary>
    public GatewayError? ErrorOf(bool grpc) => Once(grpc).Error;

    /// <summary>The same caller for calls that another token ends. His headers must have been read.</summary>
    public CallerContext Under(CancellationToken cancelled)
    {
        var other = (CallerContext)MemberwiseClone();
        other.Cancelled = cancelled;
        return other;
    }

    /// <summary>Keeps a header of an answer. Calls end on any thread.</summary>
    public void Return(string name, string value)
    {
        lock (_lock)
            (_answers ??= []).Add(new(name, value));
    }

    private (CallHeaders Headers, GatewayError? Error) Once(bool grpc)
    {
        // Calls start on any thread.
        lock (_lock)
            return grpc ? _grpc ??= Read(grpc: true) : _http ??= Read(grpc: false);
    }

    private (CallHeaders Headers, GatewayError? Error) Read(bool grpc)
    {
        var headers = new CallHeaders();
        var error = Error ?? ClientHeaders.ToBackend(_context, headers, Address, grpc);
        headers.RemoveAll(SpeaksOfThisRequest);
        if (!grpc)
            headers.TryAdd("accept", "application/json");
        return (headers, error);
    }

    private static bool SpeaksOfThisRequest(string name) =>
        ClientHeaders.SpeaksOfRequest(name)
        || name.StartsWith("graphql-", StringComparison.Ordinal)
        || name.StartsWith("apollo", StringComparison.Ordinal)
        || name.StartsWith("x-apollo", StringComparison.Ordinal);
}
