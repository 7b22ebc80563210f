using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.FanIn.V1;

namespace ProtocolGateway.Edges.WebSockets.FanIn;

/// <summary>Why a fan-in socket is closed.</summary>
internal static class FanInCloses
{
    public static readonly SocketClose TooSlow = new(1013, "Messages were taken too slowly");
    public static readonly SocketClose Unavailable = new(1013, "The service is not there; try again later");
    public static readonly SocketClose Restart = new(1012, "Configuration changed; connect again");

    // RFC 6455, section 7.4: what a close frame may not carry.
    private const int Abnormal = 1006;

    /// <summary>The service broke the protocol of connections.proto.</summary>
    public static SocketClose Broken(string how) => SocketClose.Of(1011, "The service broke the protocol: " + how);

    /// <summary>What the service says; a code that no close frame may have is 1011.</summary>
    public static SocketClose Of(Close close) => SocketClose.Of(close.Code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999) ? (int)close.Code : 1011, close.Reason);

    /// <summary>How a client went.</summary>
    public static SocketClose Of(ClientSocket? socket) => socket?.ClosedByClient ?? socket?.Closing ?? new(Abnormal, "");
}
