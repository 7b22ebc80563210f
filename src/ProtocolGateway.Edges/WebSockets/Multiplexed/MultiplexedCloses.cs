using ProtocolGateway.Edges.Sockets;

namespace ProtocolGateway.Edges.WebSockets.Multiplexed;

/// <summary>The closes of the subprotocols gateway.v1.json and gateway.v1.proto.</summary>
internal static class MultiplexedCloses
{
    /// <summary>The code of what is wrong with a request or a frame.</summary>
    public const int BadRequest = 4400;

    public static readonly SocketClose Forbidden = new(4403, "Origin not allowed");
    public static readonly SocketClose WrongSubProtocol = new(4406, "Subprotocol not acceptable: gateway.v1.json or gateway.v1.proto");
    public static readonly SocketClose HelloTimeout = new(4408, "No hello came in time");
    public static readonly SocketClose Replaced = new(4409, "The session goes on with another connection");
    public static readonly SocketClose Expired = new(4401, "The authentication has expired");

    public static SocketClose Unauthorized(string why) => SocketClose.Of(4401, why);

    public static SocketClose BadFrame(string why) => SocketClose.Of(BadRequest, "Bad frame: " + why);
}
