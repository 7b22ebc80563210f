using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.WebSockets.FanIn;

/// <summary>What becomes of broadcasts for a client that takes them too slowly. Messages for it alone are never left out: its credit holds them back at the service.</summary>
public enum SlowConsumer
{
    /// <summary>The client is disconnected (1013).</summary>
    Disconnect,

    /// <summary>The oldest broadcasts are left out, and the service is told how many.</summary>
    DropOldest,

    /// <summary>Of each group only the latest broadcast waits, and the service is told how many were left out.</summary>
    Latest,
}

/// <summary>A path whose clients' sockets a service gets over few streams.</summary>
public sealed record FanInOptions
{
    /// <summary>The path of the clients' sockets.</summary>
    public required string Path { get; init; }

    /// <summary>The method that the service implements: <see cref="ServeOf"/> of its own.</summary>
    public required Operation Serve { get; init; }

    /// <summary>The configured service.</summary>
    public required string Service { get; init; }

    /// <summary>How many streams carry the sockets. Two: where one is lost, at first only half of the clients have to come over to the other, where they stay.</summary>
    public int Streams { get; init; } = 2;

    /// <summary>How many messages either side of a connection may have under way without acknowledgement. A window for a round trip of small messages.</summary>
    public int Credit { get; init; } = 32;

    /// <summary>How many bytes may wait for one client. 256 KiB: what a client on a phone takes in a second or two.</summary>
    public int QueueBytes { get; init; } = 256 * 1024;

    /// <summary>What becomes of broadcasts for a client that takes them too slowly.</summary>
    public SlowConsumer SlowConsumer { get; init; }

    /// <summary>How long clients wait for a stream when the service is not there; then they are disconnected.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The method of connections.proto, for one service.</summary>
    public static Operation ServeOf(string service) => new()
    {
        FullName = "gateway.fanin.v1.Connections.Serve",
        Name = "Serve",
        ServiceName = Package + ".Connections",
        Kind = ContractKind.Grpc,
        Shape = Shape.Duplex,
        Input = new MessageType(Package + ".FromGateway"),
        Output = new MessageType(Package + ".ToGateway"),
        Source = new("services." + service + ".webSockets", ""),
    };

    /// <summary>The package of the gateway's own contract: what services implement for the gateway is for nobody else.</summary>
    public const string Package = "gateway.fanin.v1";
}
