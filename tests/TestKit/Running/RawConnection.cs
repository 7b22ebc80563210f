using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ProtocolGateway.TestKit.Running;

/// <summary>A TCP connection that sends exactly the bytes it is given: what no well-behaved client would.</summary>
public sealed class RawConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly NetworkStream _stream;

    private RawConnection(NetworkStream stream) => _stream = stream;

    public static async Task<RawConnection> OpenAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return new RawConnection(new NetworkStream(socket, ownsSocket: true));
    }

    /// <summary>Sends a text, one byte for each character.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

    /// <summary>Ends the connection with a reset instead of a close.</summary>
    public void Reset() => _stream.Socket.Close(0);

    /// <summary>Says that nothing more will be sent.</summary>
    public void EndSending() => _stream.Socket.Shutdown(SocketShutdown.Send);

    /// <summary>What comes next, at least one byte; empty where the other side has closed.</summary>
    public async Task<byte[]> ReadAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        var buffer = new byte[65536];
        try
        {
            return buffer[..await _stream.ReadAsync(buffer, limit.Token)];
        }
        catch (IOException)
        {
            // A reset is a close too.
            return [];
        }
    }

    /// <summary>Everything until the other side closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var all = new StringBuilder();
        while (await ReadAsync() is { Length: > 0 } some)
            all.Append(Encoding.Latin1.GetString(some));
        return all.ToString();
    }

    /// <summary>One HTTP/1.1 answer: head, and body where a Content-Length announces one.</summary>
    public async Task<string> ReadAnswerAsync()
    {
        var all = "";
        while (true)
        {
            var end = all.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var at = all.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
                var length = at < 0 || at > end ? 0 : int.Parse(all.AsSpan(at + 16, all.IndexOf('\r', at) - at - 16), System.Globalization.CultureInfo.InvariantCulture);
                if (all.Length >= end + 4 + length)
                    return all;
            }

            var some = await ReadAsync();
            if (some.Length == 0)
                return all;
            all += Encoding.Latin1.GetString(some);
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
