using System.Net.Security;
using System.Net.Sockets;

namespace ProtocolGateway.Upstreams.Http.Http1;

/// <summary>One HTTP/1.1 connection; it carries one exchange at a time.</summary>
internal sealed class Http1Connection(Stream transport, Socket socket, long created) : IDisposable
{
    /// <summary>Where requests are written to.</summary>
    public Stream Transport { get; } = transport;

    /// <summary>What has come.</summary>
    public Http1Input Input { get; } = new(transport);

    /// <summary>Reads heads.</summary>
    public Http1HeadParser Parser { get; } = new();

    /// <summary>When it was made; a timestamp.</summary>
    public long Created { get; } = created;

    /// <summary>When it was last given back; a timestamp.</summary>
    public long IdleSince { get; private set; }

    /// <summary>It has carried an exchange before: the peer may have closed it meanwhile.</summary>
    public bool IsReused { get; private set; }

    /// <summary>Its exchange is wholly done, and the next may be long in coming.</summary>
    /// <param name="now">A timestamp.</param>
    public void BeginIdle(long now)
    {
        (IdleSince, IsReused) = (now, true);
        Input.Release();
        // TLS may hold a record that it has read already, of which the socket says nothing.
        if (Transport is SslStream)
            Input.BeginLook();
    }

    /// <summary>True where an idle connection has something to read: its end, or bytes that nobody asked for. Either way it is of no use.</summary>
    public bool IsSpoilt()
    {
        try
        {
            return Input.HasLooked || socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // The buffer may still be under a read that the closing of the transport ends: it is left to the collector.
        Transport.Dispose();
    }
}
