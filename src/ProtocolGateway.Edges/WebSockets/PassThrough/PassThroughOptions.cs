using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.WebSockets.PassThrough;

/// <summary>A path, and what is below it, whose clients' sockets go to the WebSockets of an HTTP service.</summary>
public sealed record PassThroughOptions
{
    /// <summary>The path of the clients' sockets; without a slash at its end.</summary>
    public required string Path { get; init; }

    /// <summary>What stands in its place at the service; without a slash at its end.</summary>
    public required string Target { get; init; }

    /// <summary>What is called: <see cref="OpenOf"/> of its own.</summary>
    public required Operation Open { get; init; }

    /// <summary>The configured service.</summary>
    public required string Service { get; init; }

    /// <summary>The opening of a socket, as an operation of a service.</summary>
    public static Operation OpenOf(string service, string path) => new()
    {
        FullName = service + ".webSocket",
        Name = "webSocket",
        ServiceName = service,
        Kind = ContractKind.Http,
        Shape = Shape.Duplex,
        Input = new MessageType(service + ".webSocket.in"),
        Output = null,
        HttpRules = [new HttpRule { Method = "GET", Template = path, Source = new("services." + service + ".webSockets", "") }],
        Source = new("services." + service + ".webSockets", ""),
    };
}
