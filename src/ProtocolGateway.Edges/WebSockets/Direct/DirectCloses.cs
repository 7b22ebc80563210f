using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.WebSockets.Direct;

/// <summary>The status of a call as a close code: 4000 and the number of the gRPC code, 1000 for success.</summary>
internal static class DirectCloses
{
    private const int Base = 4000;

    public static SocketClose Of(GatewayError? error) => error is null ? SocketClose.Done : SocketClose.Of(Base + (int)error.Code, $"{StatusTables.NameOf(error.Code)}: {error.Message}");
}
