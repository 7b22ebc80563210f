using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace ProtocolGateway.Upstreams.Http.Http1;

/// <summary>The HTTP/1.1 connections to one instance: as many as there are calls at a time, and those that are idle for the next.</summary>
/// <param name="address">http or https.</param>
/// <param name="options">Limits and trust.</param>
/// <param name="time">The clock of connections' ages.</param>
internal sealed class Http1Pool(Uri address, UpstreamOptions options, TimeProvider time) : IDisposable
{
    // Names are resolved anew at least this often.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // Below what the common servers keep an idle connection for (Kestrel 130 s, nginx 75 s).
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(60);

    // More than this after a burst is only memory.
    private const int MostIdle = 1024;

    private readonly Lock _sync = new();
    private readonly Stack<Http1Connection> _idle = new();
    private bool _disposed;

    /// <summary>An idle connection, or a new one.</summary>
    /// <exception cref="Http1ConnectException">None could be made.</exception>
    public ValueTask<Http1Connection> RentAsync(CancellationToken cancel) =>
        TakeIdle() is { } connection ? new(connection) : ConnectAsync(cancel);

    /// <summary>A new connection, whatever is idle.</summary>
    /// <exception cref="Http1ConnectException">None could be made.</exception>
    public async ValueTask<Http1Connection> ConnectAsync(CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(options.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            var network = await BackendConnector.ConnectAsync(new DnsEndPoint(address.IdnHost.Trim('[', ']'), address.Port), both.Token);
            var transport = address.Scheme == Uri.UriSchemeHttps ? await SecureAsync(network, both.Token) : network;
            return new(transport, network.Socket, time.GetTimestamp());
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new Http1ConnectException($"No connection was made within {options.ConnectTimeout.TotalSeconds:0.###} s.");
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException)
        {
            throw new Http1ConnectException(exception.InnerException is { } inner ? $"{exception.Message} <- {inner.Message}" : exception.Message);
        }
    }

    /// <summary>Gives a connection back whose exchange is wholly done.</summary>
    public void Return(Http1Connection connection)
    {
        connection.BeginIdle(time.GetTimestamp());
        lock (_sync)
        {
            if (!_disposed && _idle.Count < MostIdle)
            {
                _idle.Push(connection);
                return;
            }
        }

        connection.Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Http1Connection[] idle;
        lock (_sync)
        {
            _disposed = true;
            idle = [.. _idle];
            _idle.Clear();
        }

        foreach (var connection in idle)
            connection.Dispose();
    }

    private Http1Connection? TakeIdle()
    {
        while (true)
        {
            Http1Connection? connection;
            lock (_sync)
            {
                if (!_idle.TryPop(out connection))
                    return null;
            }

            // Looked at each time, though it costs a system call: bytes that came unasked would be taken for the answer to the next request.
            if (time.GetElapsedTime(connection.IdleSince) < IdleTime && time.GetElapsedTime(connection.Created) < Lifetime && !connection.IsSpoilt())
                return connection;
            connection.Dispose();
        }
    }

    private async ValueTask<Stream> SecureAsync(NetworkStream network, CancellationToken cancel)
    {
        var tls = new SslStream(network, leaveInnerStreamOpen: false);
        try
        {
            var wishes = BackendConnector.CreateTls(options);
            wishes.TargetHost = address.IdnHost.Trim('[', ']');
            await tls.AuthenticateAsClientAsync(wishes, cancel);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }
}

/// <summary>No connection could be made; rare, so an exception.</summary>
internal sealed class Http1ConnectException(string message) : Exception(message);
