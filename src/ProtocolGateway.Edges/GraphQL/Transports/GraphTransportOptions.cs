using ProtocolGateway.Edges.GraphQL.Transports.Documents;

namespace ProtocolGateway.Edges.GraphQL.Transports;

/// <summary>Which statuses answers over HTTP have.</summary>
public enum GraphStatusProfile
{
    /// <summary>What the audit suite of graphql-http (2025) asks for: 400 for a request that never ran, but 200 where the client takes application/json only.</summary>
    Audit2025,

    /// <summary>The GraphQL-over-HTTP draft of August 2026: 422 for a request that is understood and wrong, 294 for data with errors, whatever the media type.</summary>
    Draft2026,
}

/// <summary>What can be set on the ways into the GraphQL edge.</summary>
public sealed record GraphTransportOptions
{
    /// <summary>Where the edge stands; the same for HTTP, WebSocket and the page.</summary>
    public string Path { get; init; } = "/graphql";

    /// <summary>Which statuses answers over HTTP have.</summary>
    public GraphStatusProfile StatusProfile { get; init; }

    /// <summary>Serves GraphiQL to browsers.</summary>
    public bool Graphiql { get; init; } = true;

    /// <summary>How many requests one array may hold; 0 refuses arrays.</summary>
    public int MaxBatch { get; init; }

    /// <summary>The largest request body, or WebSocket message, in bytes. 4 MiB: what gRPC servers take unless told otherwise.</summary>
    public int MaxRequestBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How slowly a request's body may come.</summary>
    public BodyPace Pace { get; init; } = BodyPace.Default;

    /// <summary>Origins beside the gateway's own whose pages may open WebSockets, send requests and read the answers (CORS); <c>*</c> allows all.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Keeps documents that clients send with their hash, so that the hash alone is enough from then on.</summary>
    public bool AutomaticPersistedQueries { get; init; } = true;

    /// <summary>How much those documents may take together, in bytes. 16 MiB: some ten thousand of the usual size.</summary>
    public int MaxPersistedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Documents known in advance; null for none.</summary>
    public TrustedDocuments? TrustedDocuments { get; init; }

    /// <summary>Only <see cref="TrustedDocuments"/> are run.</summary>
    public bool TrustedDocumentsOnly { get; init; }

    /// <summary>How long a WebSocket may stay without <c>connection_init</c>: the reference server's 3 s.</summary>
    public TimeSpan InitTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The headers that the payload of <c>connection_init</c> may bring, by name in any case: a browser cannot give a WebSocket headers. As given: who the caller
    /// is, the language it reads, and the names by which requests are followed. Names of the connection and of proxies are never taken.
    /// </summary>
    public IReadOnlyList<string> InitHeaders { get; init; } =
        ["authorization", "x-api-key", "accept-language", "x-request-id", "x-correlation-id", "traceparent", "tracestate", "baggage"];

    /// <summary>How many operations may run on one WebSocket at a time. 100: what HTTP/2 servers usually allow as streams of a connection.</summary>
    public int MaxSocketOperations { get; init; } = 100;

    /// <summary>How often a silent connection is kept alive: WebSocket pings, comments of an event stream, empty parts. 12 s: graphql-sse's own; proxies close after 30 to 60.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>How long a WebSocket client may leave a ping unanswered before it is taken for gone.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
