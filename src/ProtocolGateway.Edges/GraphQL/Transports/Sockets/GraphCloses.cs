using ProtocolGateway.Edges.Sockets;

namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>The closes of the graphql-transport-ws protocol.</summary>
internal static class GraphCloses
{
    public static readonly SocketClose Restart = new(1012, "Configuration changed; connect again");
    public static readonly SocketClose BinaryMessage = BadMessage("a message is a text, not binary");
    public static readonly SocketClose Unauthorized = new(4401, "Unauthorized");
    public static readonly SocketClose Forbidden = new(4403, "Forbidden");
    public static readonly SocketClose WrongSubProtocol = new(4406, "Subprotocol not acceptable");
    public static readonly SocketClose InitTimeout = new(4408, "Connection initialisation timeout");
    public static readonly SocketClose SecondInit = new(4429, "Too many initialisation requests");

    public static SocketClose BadMessage(string why) => SocketClose.Of(4400, "Invalid message: " + why);

    public static SocketClose Duplicate(string id) => SocketClose.Of(4409, $"Subscriber for {id} already exists");
}
