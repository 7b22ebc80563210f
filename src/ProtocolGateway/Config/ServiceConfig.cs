using System.ComponentModel;

namespace ProtocolGateway.Config;

/// <summary>One service: where its contract is, and where its instances are.</summary>
public sealed record ServiceConfig
{
    /// <summary>Contract files: .proto, .protoset/.pb/.binpb, OpenAPI in YAML or JSON.</summary>
    [Description("Contract files: .proto or a directory of them, a descriptor set (.protoset, .pb, .binpb), OpenAPI 2.0 to 3.1 in YAML or JSON."), FilePath(FileOrDirectory = true)]
    public IReadOnlyList<string> Contract { get; init; } = [];

    /// <summary>Asks the running service for its contract; <c>true</c> asks the first instance, an address that one.</summary>
    [Description("Asks the running gRPC service for its contract: true, the address to ask, or an object."), ShortForm(nameof(ReflectionConfig.Address))]
    public ReflectionConfig? Reflection { get; init; }

    /// <summary>Directories in which imports of .proto files are looked for, after the file's own.</summary>
    [Description("Directories in which imports of .proto files are looked for, after the file's own."), FilePath(Directory = true)]
    public IReadOnlyList<string> Imports { get; init; } = [];

    /// <summary>The proto services to take, by full name; empty for all.</summary>
    [Description("The contract's services to take, by full name (users.v1.Users); all where left out.")]
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Service-config YAML files whose http rules replace the contract's own.</summary>
    [Description("google.api.Service YAML files whose http rules replace those of the contract."), FilePath]
    public IReadOnlyList<string> HttpRules { get; init; } = [];

    /// <summary>Where its instances are and what they speak.</summary>
    [Description("Where the instances are and what they speak."), Required]
    public UpstreamConfig Upstream { get; init; } = new();

    /// <summary>How long a call may take where the client does not ask for less; null for no limit.</summary>
    [Description("How long a call may take, such as 500ms or 15s, where the client does not ask for less.")]
    public TimeSpan? Timeout { get; init; }

    /// <summary>How the REST edge serves it.</summary>
    [Description("How the REST edge serves it.")]
    public ServiceRestConfig Rest { get; init; } = new();

    /// <summary>How it appears in the GraphQL schema.</summary>
    [Description("How it appears in the GraphQL schema.")]
    public ServiceGraphqlConfig Graphql { get; init; } = new();

    /// <summary>Paths whose WebSockets the service gets.</summary>
    [Description("Paths whose clients' WebSockets the service gets: a gRPC service, which implements gateway.fanin.v1.Connections, over few streams; an HTTP service at its own WebSockets. Such a service needs no contract.")]
    public IReadOnlyList<ServiceSocketConfig> WebSockets { get; init; } = [];

    /// <summary>Settings of single operations, by full name.</summary>
    [Description("Settings of single operations, by full name (users.v1.Users.GetUser).")]
    public IReadOnlyDictionary<string, OperationConfig> Operations { get; init; } = new Dictionary<string, OperationConfig>();
}

/// <summary>Server reflection.</summary>
public sealed record ReflectionConfig
{
    /// <summary>The least that <see cref="Interval"/> may be.</summary>
    internal static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);

    /// <summary>The address to ask; null for the first instance.</summary>
    [Description("The address to ask; the first instance where left out."), Url]
    public string? Address { get; init; }

    /// <summary>How long between two askings; services are deployed every now and then, a minute shows a new method soon enough.</summary>
    [Description("How long between two askings, such as 60s.")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>What a backend speaks.</summary>
public enum UpstreamProtocol
{
    /// <summary>gRPC over HTTP/2.</summary>
    Grpc,

    /// <summary>Plain HTTP.</summary>
    Http,
}

/// <summary>The HTTP version that is spoken to an HTTP backend.</summary>
public enum HttpVersionChoice
{
    /// <summary>HTTP/1.1 in clear text; over TLS the better of the two that the backend offers.</summary>
    Auto,

    /// <summary>HTTP/1.1.</summary>
    Http1,

    /// <summary>HTTP/2, in clear text by prior knowledge.</summary>
    Http2,
}

/// <summary>The backends of one service.</summary>
public sealed record UpstreamConfig
{
    /// <summary>What they speak.</summary>
    [Description("What the instances speak."), Required]
    public UpstreamProtocol Protocol { get; init; }

    /// <summary>The instances; at least one.</summary>
    [Description("The instances; at least one."), Required]
    public IReadOnlyList<InstanceConfig> Instances { get; init; } = [];

    /// <summary>TLS towards instances with an https address.</summary>
    [Description("TLS towards instances with an https address.")]
    public UpstreamTlsConfig? Tls { get; init; }

    /// <summary>How long a connection may take to be made; 5 s lets one lost SYN be sent again twice. As long a gRPC call waits for a free stream.</summary>
    [Description("How long a connection may take to be made, and a gRPC call may wait for a free stream on one, such as 5s.")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The HTTP version of an HTTP backend.</summary>
    [Description("The HTTP version that an HTTP backend is spoken to with.")]
    public HttpVersionChoice HttpVersion { get; init; }

    /// <summary>Compresses gRPC request messages with gzip.</summary>
    [Description("Compresses gRPC request messages with gzip.")]
    public bool Compress { get; init; }
}

/// <summary>One backend.</summary>
public sealed record InstanceConfig
{
    /// <summary>http://HOST:PORT or https://HOST:PORT.</summary>
    [Description("http://HOST:PORT or https://HOST:PORT"), Required, Url]
    public string Address { get; init; } = "";

    /// <summary>How many calls it gets for each one of an instance of weight 1.</summary>
    [Description("How many calls it gets for each one of an instance of weight 1."), AtLeast(1)]
    public int Weight { get; init; } = 1;
}

/// <summary>TLS towards backends.</summary>
public sealed record UpstreamTlsConfig
{
    /// <summary>A PEM file of the authorities to trust; null for the system's.</summary>
    [Description("A PEM file of the authorities to trust, in place of the system's."), FilePath]
    public string? Ca { get; init; }

    /// <summary>Takes any certificate; for tests only.</summary>
    [Description("Takes any certificate. For tests only.")]
    public bool Insecure { get; init; }
}

/// <summary>How the REST edge serves one service.</summary>
public sealed record ServiceRestConfig
{
    /// <summary>Stands before every path of the service.</summary>
    [Description("Stands before every path of the service, such as /inventory.")]
    public string Prefix { get; init; } = "";

    /// <summary>Fields with default values are written too.</summary>
    [Description("Writes fields that have their default value too.")]
    public bool EmitDefaults { get; init; }

    /// <summary>Enum values are written as numbers.</summary>
    [Description("Writes enum values as numbers.")]
    public bool EnumsAsIntegers { get; init; }

    /// <summary>Fields keep their proto names.</summary>
    [Description("Writes the names of fields as in the .proto file instead of in camel case.")]
    public bool PreserveNames { get; init; }

    /// <summary>Unknown fields of a body are passed over.</summary>
    [Description("Passes over unknown fields of a body instead of refusing it.")]
    public bool IgnoreUnknownFields { get; init; }

    /// <summary>What becomes of unknown query parameters.</summary>
    [Description("What becomes of query parameters that no field takes.")]
    public UnknownQuery UnknownQuery { get; init; }
}

/// <summary>What becomes of query parameters that no field takes.</summary>
public enum UnknownQuery
{
    /// <summary>The call is refused with 400.</summary>
    Reject,

    /// <summary>They are passed over.</summary>
    Ignore,
}

/// <summary>Settings of one operation.</summary>
public sealed record OperationConfig
{
    /// <summary>How long a call may take; in place of the service's.</summary>
    [Description("How long a call may take, in place of the service's timeout.")]
    public TimeSpan? Timeout { get; init; }

    /// <summary>How it appears in the GraphQL schema.</summary>
    [Description("How it appears in the GraphQL schema.")]
    public OperationGraphqlConfig Graphql { get; init; } = new();

    /// <summary>Clients that ask for the same share one stream; null where each has its own.</summary>
    [Description("For a server stream: clients that ask for the same, whatever protocol they speak, share one stream of the service.")]
    public OperationShareConfig? Share { get; init; }
}

/// <summary>How clients share a stream.</summary>
public sealed record OperationShareConfig
{
    /// <summary>The headers that the service sees.</summary>
    [Description("The request headers that the service sees. Clients share a stream only where they send the same ones.")]
    public IReadOnlyList<string> Headers { get; init; } = ["authorization"];

    /// <summary>A client that comes later gets the last message at once.</summary>
    [Description("Gives a client that comes later the last message at once.")]
    public bool RetainLast { get; init; }

    /// <summary>What becomes of messages for a client that takes them too slowly.</summary>
    [Description("What becomes of messages for a client that takes them too slowly: all wait for it, only the latest waits, the oldest are left out and it is told how many, or its call ends with RESOURCE_EXHAUSTED.")]
    public ShareSlowConsumer SlowConsumer { get; init; } = ShareSlowConsumer.Disconnect;

    /// <summary>How many messages may wait for one client; 64 is a second or so of a lively stream.</summary>
    [Description("How many messages may wait for one client."), AtLeast(1)]
    public int QueueMessages { get; init; } = 64;
}

/// <summary>What becomes of messages of a shared stream for a client that takes them too slowly.</summary>
public enum ShareSlowConsumer
{
    /// <summary>All wait for it.</summary>
    Block,

    /// <summary>Only the latest waits.</summary>
    Latest,

    /// <summary>The oldest are left out, and it is told how many.</summary>
    DropOldest,

    /// <summary>Its call ends with RESOURCE_EXHAUSTED.</summary>
    Disconnect,
}
