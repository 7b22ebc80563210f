using System.Net.Sockets;
using System.Text;

namespace UnitTests.Upstreams.Wire;

/// <summary>The server's end of an HTTP/1.1 connection.</summary>
internal static class Http1Peer
{
    /// <summary>Reads a request's head; null where the client has closed.</summary>
    public static async Task<string?> HeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
                return null;
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    /// <summary>Sends a text, one byte for each character.</summary>
    public static async Task SendAsync(Stream stream, string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Answers each request, which have no bodies, with that text until the client closes.</summary>
    public static async Task ServeAsync(Stream stream, string answer)
    {
        while (await HeadAsync(stream) is not null)
            await SendAsync(stream, answer);
    }

    /// <summary>Answers the first request with that text and the end of the connection.</summary>
    public static async Task AnswerAndCloseAsync(NetworkStream stream, string answer)
    {
        await HeadAsync(stream);
        await SendAsync(stream, answer);
        stream.Socket.Shutdown(SocketShutdown.Send);
        // An end with bytes unread would be a reset, which takes what was sent along.
        while (await HeadAsync(stream) is not null)
        {
        }
    }
}
