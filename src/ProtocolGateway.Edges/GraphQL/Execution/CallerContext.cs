using Microsoft.AspNetCore.Http;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Who asks, for the calls of one request: what of his headers goes on, how long he waits, and what comes back for him.</summary>
internal sealed class CallerContext
{
    private readonly CallHeaders _grpc = new();
    private readonly CallHeaders _http = new();
    private readonly Lock _lock = new();
    private List<KeyValuePair<string, string>>? _answers;

    /// <summary>Reads the caller's headers once; each call gets a copy.</summary>
    /// <param name="context">The request, or the one that opened the socket.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancelled">Fires when the caller has gone or cancels.</param>
    public CallerContext(HttpContext context, TimeProvider time, CancellationToken cancelled)
    {
        Cancelled = cancelled;
        Address = ClientHeaders.CallerAddress(context);
        Error = CallTimeouts.Read(context.Request.Headers, null, time, out var deadline)
            ?? ClientHeaders.ToBackend(context, _grpc, Address, grpc: true)
            ?? ClientHeaders.ToBackend(context, _http, Address, grpc: false);
        Deadline = deadline;
        _grpc.RemoveAll(SpeaksOfThisRequest);
        _http.RemoveAll(SpeaksOfThisRequest);
        _http.TryAdd("accept", "application/json");
    }

    /// <summary>A header that cannot be read; the request is refused with it.</summary>
    public GatewayError? Error { get; }

    /// <summary>Fires when the caller has gone or cancels.</summary>
    public CancellationToken Cancelled { get; }

    /// <summary>His address.</summary>
    public string? Address { get; }

    /// <summary>How long he waits.</summary>
    public Deadline Deadline { get; }

    /// <summary>The headers of answers that are passed on to him, in the order in which they came.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> AnswerHeaders => _answers ?? [];

    /// <summary>What a backend is sent.</summary>
    public CallHeaders Headers(bool grpc) => grpc ? _grpc : _http;

    /// <summary>Keeps a header of an answer. Calls end on any thread.</summary>
    public void Return(string name, string value)
    {
        lock (_lock)
            (_answers ??= []).Add(new(name, value));
    }

    // What the caller says of his own request's body and of the form of our answer is nothing to a backend.
    private static bool SpeaksOfThisRequest(string name) => name switch
    {
        "accept" or "accept-encoding" or "content-encoding" or "range" or "expect" or "origin" => true,
        _ => name.StartsWith("if-", StringComparison.Ordinal)
            || name.StartsWith("sec-", StringComparison.Ordinal)
            || name.StartsWith("content-", StringComparison.Ordinal)
            || name.StartsWith("access-control-", StringComparison.Ordinal)
            || name.StartsWith("graphql-", StringComparison.Ordinal)
            || name.StartsWith("apollo", StringComparison.Ordinal)
            || name.StartsWith("x-apollo", StringComparison.Ordinal),
    };
}
