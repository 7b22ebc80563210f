using System.ComponentModel;

namespace ProtocolGateway.Config;

/// <summary>The WebSocket edge.</summary>
public sealed record WebSocketEdgeConfig
{
    /// <summary>False turns it off.</summary>
    [Description("False turns the edge off.")]
    public bool Enabled { get; init; } = true;

    /// <summary>Where the multiplexed socket is; direct ones are below.</summary>
    [Description("Where the multiplexed socket is; direct sockets are below, at PATH/{package.Service}/{Method}.")]
    public string Path { get; init; } = "/ws";

    /// <summary>Origins of pages that may open sockets.</summary>
    [Description("Origins such as https://app.example.com whose pages may open sockets, beside the gateway's own; \"*\" allows all.")]
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>The largest frame in bytes; null takes that of limits.</summary>
    [Description("The largest frame of a client: bytes, or a text such as 4MiB. Without it, limits.maxRequestBytes."), ByteSize]
    public long? MaxFrameBytes { get; init; }

    /// <summary>How many calls one multiplexed socket may have at a time; as many as HTTP/2 servers usually allow streams.</summary>
    [Description("How many calls one multiplexed socket may have at a time."), AtLeast(1)]
    public int MaxCalls { get; init; } = 100;

    /// <summary>How many messages of one call a client may send ahead; enough to hide a round trip.</summary>
    [Description("How many messages of one call a client may send before the service has taken them."), AtLeast(1)]
    public int Credit { get; init; } = 16;

    /// <summary>How long a client may take to say hello.</summary>
    [Description("How long a client may take to say hello, such as 10s.")]
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a silent client is asked whether it is there; below the 60 s after which proxies cut.</summary>
    [Description("How often a client is asked whether it is there, such as 30s.")]
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it may take to answer.</summary>
    [Description("How long a client may take to answer that, such as 15s; one that does not is cut off.")]
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many bytes may wait for all clients together; a quarter of a small machine's memory.</summary>
    [Description("How many bytes may wait for the clients of all services' sockets together: bytes, or a text such as 256MiB."), ByteSize]
    public long MaxQueuedBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Sessions that survive a lost connection.</summary>
    [Description("Sessions that survive a lost connection, for clients that ask for it.")]
    public WebSocketResumeConfig Resume { get; init; } = new();

    /// <summary>Over how long a time clients that are sent away come back.</summary>
    [Description("Over how long a time clients that are sent away, on a reload or a stop, come back: each is told a moment of its own.")]
    public TimeSpan ReconnectSpread { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a client that was sent away may stay.</summary>
    [Description("How long a client that is sent away on a reload may stay until its calls have ended, such as 1m.")]
    public TimeSpan GoAwayPatience { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>Sessions that survive a lost connection.</summary>
public sealed record WebSocketResumeConfig
{
    /// <summary>How long they are kept; none turns it off. 2 minutes: a train's tunnel.</summary>
    [Description("How long a session without a connection is kept, such as 2m; 0s turns it off.")]
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How many bytes of frames are kept for each.</summary>
    [Description("How many bytes of frames are kept for each session; when they are full, its streams wait."), ByteSize]
    public long MaxBytes { get; init; } = 256 * 1024;

    /// <summary>How many sessions without a connection are kept.</summary>
    [Description("How many sessions without a connection are kept at a time."), AtLeast(0)]
    public int MaxSessions { get; init; } = 10_000;
}

/// <summary>What becomes of broadcasts for a client that takes them too slowly.</summary>
public enum SlowConsumerPolicy
{
    /// <summary>The client is disconnected with 1013.</summary>
    Disconnect,

    /// <summary>The oldest broadcasts are left out, and the service is told how many.</summary>
    DropOldest,

    /// <summary>Of each group only the latest broadcast waits, and the service is told how many were left out.</summary>
    Latest,
}

/// <summary>A path whose clients' sockets a service gets.</summary>
public sealed record ServiceSocketConfig
{
    /// <summary>The path.</summary>
    [Description("The path of the clients' sockets, such as /chat."), Required]
    public string Path { get; init; } = "";

    /// <summary>The path at an HTTP service; null for the same.</summary>
    [Description("For an HTTP service: the path of its own WebSockets, the same where left out. What stands below the path, and the query, go on as they came.")]
    public string? Target { get; init; }

    /// <summary>How many streams carry the sockets; two, so that where one is lost at first only half of the clients come over to another.</summary>
    [Description("For a gRPC service: how many streams to it carry the sockets."), AtLeast(1)]
    public int Streams { get; init; } = 2;

    /// <summary>How many unacknowledged messages of a connection may be under way, each way; a window for a round trip.</summary>
    [Description("How many unacknowledged messages of one connection may be under way, in either direction."), AtLeast(1)]
    public int Credit { get; init; } = 32;

    /// <summary>How many bytes may wait for one client; 256 KiB is what a phone takes in a second or two.</summary>
    [Description("How many bytes may wait for one client: bytes, or a text such as 256KiB."), ByteSize]
    public long QueueBytes { get; init; } = 256 * 1024;

    /// <summary>What becomes of broadcasts for a client that takes them too slowly.</summary>
    [Description("What becomes of broadcasts for a client that takes them too slowly: it is disconnected, the oldest are left out, or all but the latest of each group. The service is told of what was left out.")]
    public SlowConsumerPolicy SlowConsumer { get; init; }

    /// <summary>How long clients wait while the service is not there; as long as a restart takes.</summary>
    [Description("How long clients wait while the service is not there, such as 30s, before they are disconnected with 1013.")]
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);
}
