using System.ComponentModel;
using ProtocolGateway.Edges;

namespace ProtocolGateway.Config;

/// <summary>The configuration as written. Keys are the property names in camel case; the JSON Schema is generated from these types.</summary>
public sealed record GatewayConfig
{
    /// <summary>The public listeners.</summary>
    [Description("The public listeners.")]
    public IReadOnlyList<ListenerConfig> Listen { get; init; } = [new ListenerConfig { Url = "http://0.0.0.0:8080" }];

    /// <summary>The operators' listener; none where left out.</summary>
    [Description("The operators' listener: health, catalog, metrics. Keep it off the public network.")]
    public AdminConfig? Admin { get; init; }

    /// <summary>The services by name.</summary>
    [Description("The services behind the gateway, by name."), Required]
    public IReadOnlyDictionary<string, ServiceConfig> Services { get; init; } = new Dictionary<string, ServiceConfig>();

    /// <summary>What clients speak to.</summary>
    [Description("What clients speak to.")]
    public EdgesConfig Edges { get; init; } = new();

    /// <summary>Sizes that hold for every edge.</summary>
    [Description("Sizes that hold for every edge.")]
    public LimitsConfig Limits { get; init; } = new();

    /// <summary>How the program stops.</summary>
    [Description("How the program stops.")]
    public ShutdownConfig Shutdown { get; init; } = new();
}

/// <summary>One public listener.</summary>
public sealed record ListenerConfig
{
    /// <summary>http://HOST:PORT or https://HOST:PORT; HTTP/1.1 and HTTP/2 both are spoken on it.</summary>
    [Description("http://HOST:PORT or https://HOST:PORT. HTTP/1.1 and HTTP/2 are spoken on either."), Required, Url]
    public string Url { get; init; } = "";

    /// <summary>The PEM file of the certificate chain, for https.</summary>
    [Description("The PEM file of the certificate chain, for https."), FilePath]
    public string? Certificate { get; init; }

    /// <summary>The PEM file of the private key, for https.</summary>
    [Description("The PEM file of the private key, for https."), FilePath]
    public string? Key { get; init; }
}

/// <summary>The operators' listener.</summary>
public sealed record AdminConfig
{
    /// <summary>http://HOST:PORT.</summary>
    [Description("http://HOST:PORT"), Required, Url]
    public string Url { get; init; } = "";
}

/// <summary>What clients speak to.</summary>
public sealed record EdgesConfig
{
    /// <summary>REST.</summary>
    [Description("REST, generated from the contracts.")]
    public RestEdgeConfig Rest { get; init; } = new();

    /// <summary>GraphQL.</summary>
    [Description("GraphQL: one schema over all services, generated from the contracts.")]
    public GraphqlEdgeConfig Graphql { get; init; } = new();

    /// <summary>gRPC operations by the protocols of gRPC's own clients.</summary>
    [Description("Operations as methods, /{package.Service}/{Method}, by gRPC, gRPC-Web and Connect.")]
    public GrpcEdgeConfig Grpc { get; init; } = new();

    /// <summary>WebSockets.</summary>
    [Description("WebSockets: one for any number of calls of any operation at its path, or one for each call at PATH/{package.Service}/{Method}.")]
    public WebSocketEdgeConfig WebSocket { get; init; } = new();
}

/// <summary>The edge for clients of gRPC's kind.</summary>
public sealed record GrpcEdgeConfig
{
    /// <summary>False turns it off.</summary>
    [Description("False turns the edge off.")]
    public bool Enabled { get; init; } = true;

    /// <summary>Origins of pages that may call by gRPC-Web and Connect.</summary>
    [Description("Origins such as https://app.example.com whose pages may call by gRPC-Web and Connect, and read the answers (CORS, with credentials); \"*\" allows all, without credentials.")]
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Clients may ask what there is.</summary>
    [Description("Answers gRPC server reflection (v1 and v1alpha) for all services, of HTTP services too, from their contracts.")]
    public bool Reflection { get; init; } = true;

    /// <summary>Clients may ask whether the gateway is well.</summary>
    [Description("Answers grpc.health.v1 for the gateway and each service; false leaves it to a service that has it.")]
    public bool Health { get; init; } = true;

    /// <summary>The file that records names and numbers of generated protos; they are given out afresh where it does not exist.</summary>
    [Description("A JSON file that records the names and field numbers that the operations of HTTP services have as gRPC methods, so that none changes when contracts do. export proto --write-manifest writes it."), FilePath(MayBeMissing = true)]
    public string? Manifest { get; init; }

    /// <summary>The largest answer of an HTTP service that becomes a message.</summary>
    [Description("The largest answer of an HTTP service that becomes a message: bytes, or a text such as 16MiB."), ByteSize]
    public long MaxAnswerBytes { get; init; } = new HttpBridgeOptions().MaxAnswerBytes;
}

/// <summary>The REST edge.</summary>
public sealed record RestEdgeConfig
{
    /// <summary>False turns it off.</summary>
    [Description("False turns the edge off.")]
    public bool Enabled { get; init; } = true;

    /// <summary>The path prefix of the whole edge.</summary>
    [Description("The path prefix of the whole edge.")]
    public string Path { get; init; } = "/";

    /// <summary>Serves /openapi.json and /docs where no contract has such a path.</summary>
    [Description("Serves /openapi.json and /docs, where no contract has a route of that path.")]
    public bool Docs { get; init; } = true;

    /// <summary>The largest request message in bytes; null takes that of limits.</summary>
    [Description("The largest request message: bytes, or a text such as 4MiB. Without it, that of limits."), ByteSize]
    public long? MaxRequestBytes { get; init; }

    /// <summary>How errors are written when the client does not say.</summary>
    [Description("How errors are written when the client does not say: application/problem+json or google.rpc.Status.")]
    public ErrorFormat ErrorFormat { get; init; }
}

/// <summary>How the REST edge writes errors.</summary>
public enum ErrorFormat
{
    /// <summary>application/problem+json (RFC 9457).</summary>
    Problem,

    /// <summary>google.rpc.Status in JSON.</summary>
    Status,
}

/// <summary>Sizes that hold for every edge.</summary>
public sealed record LimitsConfig
{
    /// <summary>The most that <see cref="MaxHeaderBytes"/> may be; each connection may have to hold as much.</summary>
    internal const long MostHeaderBytes = 16 * 1024 * 1024;

    /// <summary>The largest request message in bytes; 4 MiB, which is what gRPC servers take unless told otherwise.</summary>
    [Description("The largest request message: bytes, or a text such as 4MiB."), ByteSize]
    public long MaxRequestBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>All request headers together, in bytes; 32 KiB is Kestrel's own default.</summary>
    [Description("All request headers of one call together: bytes, or a text such as 32KiB."), ByteSize]
    public long MaxHeaderBytes { get; init; } = 32 * 1024;
}

/// <summary>How the program stops.</summary>
public sealed record ShutdownConfig
{
    /// <summary>The most that <see cref="DrainDelay"/> may be; what starts programs kills them long before.</summary>
    internal static readonly TimeSpan LongestDrainDelay = TimeSpan.FromMinutes(5);

    /// <summary>How long calls are still taken after readiness has turned to 503; none by default, as only a balancer that asks for readiness needs it.</summary>
    [Description("How long calls are still taken after /healthz/ready has turned to 503, such as 5s: as long as a balancer before the gateway needs to notice.")]
    public TimeSpan DrainDelay { get; init; }
}
