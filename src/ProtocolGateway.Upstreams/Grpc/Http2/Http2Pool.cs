using System.Net;
using System.Net.Security;
using System.Security.Authentication;

namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>A slot on a connection, or why there is none.</summary>
/// <param name="Connection">Where one stream may be opened; null for a failure.</param>
/// <param name="Failure">Why not.</param>
internal readonly record struct Http2Slot(Http2Connection? Connection, Http2Failure? Failure);

/// <summary>The HTTP/2 connections to one instance. One carries all calls until the peer's limit of streams is reached; then there are more.</summary>
/// <param name="address">http for prior knowledge, https for TLS with ALPN.</param>
/// <param name="options">Limits and trust.</param>
/// <param name="time">The clock of connections' ages.</param>
internal sealed class Http2Pool(Uri address, UpstreamOptions options, TimeProvider time) : IDisposable
{
    // Names are resolved anew at least this often; calls under way keep their connection.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // Timers take no more than some weeks.
    private static readonly TimeSpan MostPatience = TimeSpan.FromDays(1);

    // At the usual 100 streams for each, 3,200 calls at a time to one instance; more wait for a slot.
    private const int MostConnections = 32;

    // As long as it may take to make a connection: a peer that allows no streams, or whose streams are all taken for hours, is no more use than one that
    // cannot be reached.
    private readonly TimeSpan _patience = options.ConnectTimeout < MostPatience ? options.ConnectTimeout : MostPatience;
    private readonly Lock _sync = new();
    private Http2Connection[] _connections = [];
    private Task<Http2Failure?>? _connecting;
    private TaskCompletionSource? _slotFreed;
    private bool _disposed;

    /// <summary>Takes a slot; waits for a new connection or a free slot where there is none, but no longer than <see cref="UpstreamOptions.ConnectTimeout"/> for a slot.</summary>
    public ValueTask<Http2Slot> ReserveAsync(CancellationToken cancel) =>
        TryReserve() is { } connection ? new(new Http2Slot(connection, null)) : WaitAsync(cancel);

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_sync)
            _disposed = true;
        foreach (var connection in _connections)
            connection.Dispose();
        OnSlot();
    }

    private Http2Connection? TryReserve()
    {
        foreach (var connection in Volatile.Read(ref _connections))
        {
            if (time.GetElapsedTime(connection.Created) > Lifetime)
                connection.Drain();
            else if (connection.TryReserve())
                return connection;
        }

        return null;
    }

    private async ValueTask<Http2Slot> WaitAsync(CancellationToken cancel)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            Task<Http2Failure?>? connecting;
            Task freed;
            lock (_sync)
            {
                if (_disposed)
                    return new(null, new(Http2FailureKind.NoConnection, "The gateway is closing its connections."));
                _connections = [.. _connections.Where(c => !c.IsClosed)];
                // Under the lock: what was freed, or connected, before the wait begins has told nobody, and needs no further connection.
                if (TryReserve() is { } connection)
                    return new(connection, null);
                if (_connecting is null && _connections.Count(c => !c.IsDraining) < MostConnections)
                    _connecting = ConnectAsync();
                connecting = _connecting;
                freed = (_slotFreed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            if (connecting is null)
            {
                if (!await IsFreedAsync(freed, _patience - time.GetElapsedTime(began), cancel))
                    return new(null, new(Http2FailureKind.NoConnection, $"No stream was free within {_patience.TotalSeconds:0.###} s."));
            }
            else if (await connecting.WaitAsync(cancel) is { } failure)
                return new(null, failure);
        }
    }

    private async Task<bool> IsFreedAsync(Task freed, TimeSpan patience, CancellationToken cancel)
    {
        if (patience <= TimeSpan.Zero)
            return false;
        try
        {
            await freed.WaitAsync(patience, time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private void OnSlot()
    {
        if (Volatile.Read(ref _slotFreed) is null)
            return;
        TaskCompletionSource? freed;
        lock (_sync)
        {
            freed = _slotFreed;
            _slotFreed = null;
        }

        freed?.TrySetResult();
    }

    private async Task<Http2Failure?> ConnectAsync()
    {
        // Leaves the lock under which it is called.
        await Task.Yield();
        Http2Failure? failure;
        Http2Connection? connection = null;
        try
        {
            using var patience = new CancellationTokenSource(options.ConnectTimeout, time);
            var transport = await ConnectTransportAsync(patience.Token);
            connection = new(transport, options.MaxAnswerHeaderBytes, time, OnSlot);
            connection.Start();
            // Its first frame says how many streams it takes; a burst that is opened before would be refused, and refused again on the next connection.
            failure = await connection.Ready.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            failure = new(Http2FailureKind.NoConnection, $"No connection was made within {options.ConnectTimeout.TotalSeconds:0.###} s.");
        }
        catch (Exception exception)
        {
            // Whatever it is: a task that failed would stay the pool's attempt for good, and all calls would wait for it.
            failure = new(Http2FailureKind.NoConnection, exception.InnerException is { } inner ? $"{exception.Message} <- {inner.Message}" : exception.Message);
        }

        Publish(connection, failure);
        return failure;
    }

    private void Publish(Http2Connection? connection, Http2Failure? failure)
    {
        bool useless;
        lock (_sync)
        {
            _connecting = null;
            useless = _disposed || failure is not null;
            if (connection is not null && !useless)
                _connections = [.. _connections, connection];
        }

        if (useless)
            connection?.Dispose();
    }

    private async ValueTask<Stream> ConnectTransportAsync(CancellationToken cancel)
    {
        var network = await BackendConnector.ConnectAsync(new DnsEndPoint(address.IdnHost.Trim('[', ']'), address.Port), cancel);
        if (address.Scheme != Uri.UriSchemeHttps)
            return network;
        var tls = new SslStream(network, leaveInnerStreamOpen: false);
        try
        {
            var wishes = BackendConnector.CreateTls(options);
            wishes.TargetHost = address.IdnHost.Trim('[', ']');
            wishes.ApplicationProtocols = [SslApplicationProtocol.Http2];
            await tls.AuthenticateAsClientAsync(wishes, cancel);
            if (tls.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
                throw new AuthenticationException("The backend does not offer HTTP/2.");
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }
}
