using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.WebSockets.FanIn;
using ProtocolGateway.Edges.WebSockets.PassThrough;

namespace ProtocolGateway.Edges.WebSockets;

/// <summary>The settings of the WebSocket edge.</summary>
public sealed record WebSocketEdgeOptions
{
    /// <summary>Where the multiplexed socket is; direct sockets are below. Without a slash at its end.</summary>
    public string Path { get; init; } = "/ws";

    /// <summary>Origins beside the gateway's own whose pages may open sockets.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>An operation's own time; null for none.</summary>
    public Func<Operation, TimeSpan?> Timeout { get; init; } = static _ => null;

    /// <summary>The largest message of a client in bytes; of the multiplexed socket, the largest frame.</summary>
    public int MaxRequestBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many calls one socket may have at a time; as many as Kestrel lets a client have streams of one HTTP/2 connection.</summary>
    public int MaxCalls { get; init; } = 100;

    /// <summary>How many messages of one call a client may send ahead of the service. Enough to hide a round trip from a stream of small messages.</summary>
    public int RequestCredit { get; init; } = 16;

    /// <summary>How many bytes of request messages may wait in one socket; four of the largest messages.</summary>
    public long MaxWaitingBytes => 4L * MaxRequestBytes;

    /// <summary>How long a client may take to say hello; as long as graphql-transport-ws gives its clients usually, and more.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the gateway asks whether a client is there; below the 60 s after which many proxies cut what is silent.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the client may take to answer.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a resumable session is kept when its connection is lost. 2 minutes: a train's tunnel, a phone between two cells.</summary>
    public TimeSpan ResumeWindow { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How many bytes of frames are kept for a resumable session; streams wait when it is full.</summary>
    public int ResumeBytes { get; init; } = 256 * 1024;

    /// <summary>
    /// How many bytes of frames are kept for all resumable sessions together. Half of a small container's memory; sessions beyond cannot be resumed. A client costs
    /// the gateway such memory without holding a connection, so no number of connections bounds it.
    /// </summary>
    public long ResumeTotalBytes { get; init; } = 128L * 1024 * 1024;

    /// <summary>How many sessions without a connection are kept.</summary>
    public int MaxLostSessions { get; init; } = 10_000;

    /// <summary>Over how long a time clients that are sent away come back, each at its own moment.</summary>
    public TimeSpan ReconnectSpread { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a client that was sent away, because of new configuration, may stay until its calls have ended.</summary>
    public TimeSpan GoAwayPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The paths whose sockets services get over few streams.</summary>
    public IReadOnlyList<FanInOptions> FanIn { get; init; } = [];

    /// <summary>The paths whose sockets go to the WebSockets of services.</summary>
    public IReadOnlyList<PassThroughOptions> PassThrough { get; init; } = [];

    /// <summary>How many bytes may wait for all clients of <see cref="FanIn"/> together. A quarter of a small machine's memory.</summary>
    public long MaxQueuedBytes { get; init; } = 256 * 1024 * 1024;
}
