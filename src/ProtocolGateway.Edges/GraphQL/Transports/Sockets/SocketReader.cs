using System.Net.WebSockets;

namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>Reads whole messages of bounded size.</summary>
internal sealed class SocketReader(WebSocket socket, int maxBytes)
{
    private const int PieceSize = 4096;

    /// <summary>The code and reason with which the client closed; null while it has not.</summary>
    public (int Code, string? Reason)? Closed { get; private set; }

    /// <summary>Reads the next message.</summary>
    /// <returns>Null where the buffer holds it, or where the client has closed; else why the socket must be closed.</returns>
    public async ValueTask<SocketClose?> ReadAsync(PooledBuffer into)
    {
        while (true)
        {
            var piece = await socket.ReceiveAsync(into.GetMemory(PieceSize), CancellationToken.None);
            if (piece.MessageType == WebSocketMessageType.Close)
            {
                Closed = ((int)(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure), socket.CloseStatusDescription);
                return null;
            }

            if (piece.MessageType == WebSocketMessageType.Binary)
                return SocketClose.BinaryMessage;
            into.Advance(piece.Count);
            if (into.Length > maxBytes)
                return SocketClose.TooLarge(maxBytes);
            if (piece.EndOfMessage)
                return null;
        }
    }
}
