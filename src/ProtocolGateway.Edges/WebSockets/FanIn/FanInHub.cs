using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Edges.WebSockets.Multiplexed;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.FanIn.V1;

namespace ProtocolGateway.Edges.WebSockets.FanIn;

/// <summary>The sockets of one path, and the few streams that carry them to the service (docs/fan-in.md).</summary>
internal sealed class FanInHub
{
    private readonly WebSocketEdgeOptions _edge;
    private readonly SocketOptions _sockets;
    private readonly AllowedOrigins _origins;
    private readonly WebSocketEdgeServices _services;
    private readonly ILogger _log;
    private readonly FanInStreams _streams;
    private readonly HashSet<FanInConnection> _connections = [];

    public FanInHub(FanInOptions options, WebSocketEdgeOptions edge, SocketOptions sockets, CallHandler pipeline, AllowedOrigins origins, QueueBudget budget, WebSocketEdgeServices services, ILogger log)
    {
        (Options, _edge, _sockets, _origins, Budget, _services, _log) = (options, edge, sockets, origins, budget, services, log);
        _streams = new(this, pipeline, services, log);
    }

    public FanInOptions Options { get; }

    /// <summary>What may wait for all clients.</summary>
    public QueueBudget Budget { get; }

    /// <summary>The name of this run of this gateway.</summary>
    public string Gateway { get; } = LostSessions.NewToken();

    public TimeProvider Time => _services.Time;

    /// <summary>The largest message of a client.</summary>
    public int MaxMessageBytes => _edge.MaxRequestBytes;

    private bool IsLeaving => _services.Stopping.IsCancellationRequested || _services.Retired.IsCancellationRequested;

    /// <summary>A stream has lost a connection.</summary>
    public void Left(FanInStream stream)
    {
        // No more connections come: with the last one, the stream ends.
        if (IsLeaving && stream.Count == 0)
            stream.Events.End();
    }

    /// <summary>The service has spoken on a stream.</summary>
    public void Up(FanInStream stream) => _streams.Up(stream);

    /// <summary>Ends all sockets: at once where the program stops, each at a moment of its own where new configuration has taken over.</summary>
    public void Leave()
    {
        List<FanInConnection> all;
        lock (_connections)
            all = [.. _connections];
        if (_services.Stopping.IsCancellationRequested)
        {
            all.ForEach(static c => c.End(SocketClose.GoingAway));
            return;
        }

        foreach (var connection in all)
            _ = EndLaterAsync(connection, _services.Spread(_edge.ReconnectSpread));
    }

    /// <summary>Serves a handshake.</summary>
    public async Task AcceptAsync(HttpContext context)
    {
        var caller = new SocketCaller(context);
        var (refusal, term) = await CheckAsync(context, caller);
        if (refusal is not null)
        {
            await RefuseAsync(context, refusal);
            return;
        }

        var connection = new FanInConnection(this, Describe(context, caller));
        lock (_connections)
            _connections.Add(connection);
        // One that has come while all were told to go is told too.
        if (IsLeaving)
            connection.End(SocketClose.GoingAway);
        // The messages are the service's and the client's own: nothing can be said between them before the end.
        var expiry = _services.AfterEnd(term, SessionExpiry.Grace, () => connection.End(MultiplexedCloses.Expired));
        var isServed = false;
        var left = FanInCloses.Of((ClientSocket?)null);
        try
        {
            await _streams.RoomAsync(context.RequestAborted);
            _streams.Attach(connection);
            var (accept, close) = await AnswerOf(connection, context.RequestAborted);
            if (close is null)
            {
                var offered = context.WebSockets.WebSocketRequestedProtocols;
                await SocketHandshake.OpenAsync(context, _sockets, offered.Contains(accept!.Subprotocol) ? accept.Subprotocol : null, socket => ServeAsync(socket, connection, expiry));
                isServed = true;
            }
            else
            {
                left = close;
                await RefuseAsync(context, close);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has not waited for the answer.
        }
        finally
        {
            if (!isServed)
                await EndAsync(connection, expiry, left);
        }
    }

    private async ValueTask<(Accept? Accept, SocketClose? Close)> AnswerOf(FanInConnection connection, CancellationToken gone)
    {
        using var patience = new CancellationTokenSource(Options.Patience, _services.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, gone);
        try
        {
            return await connection.Answer.WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (!gone.IsCancellationRequested)
        {
            return (null, FanInCloses.Unavailable);
        }
    }

    private async Task ServeAsync(ClientSocket socket, FanInConnection connection, ITimer? expiry)
    {
        try
        {
            await using var closing = socket;
            try
            {
                await connection.ServeAsync(socket);
                await socket.CloseAsync(socket.ClosedByClient!);
            }
            catch (Exception gone) when (socket.IsEnd(gone))
            {
                // The client broke off, or was cut off.
            }
            catch (Exception bug)
            {
                Incidents.Note(_log, GatewayErrors.Bug(bug), null, "a WebSocket");
            }
        }
        finally
        {
            await EndAsync(connection, expiry, FanInCloses.Of(socket));
        }
    }

    private async ValueTask EndAsync(FanInConnection connection, ITimer? expiry, SocketClose left)
    {
        lock (_connections)
            _connections.Remove(connection);
        _streams.Forget(connection);
        connection.Leave(left);
        if (expiry is not null)
            await expiry.DisposeAsync();
    }

    private async ValueTask<(SocketClose? Refusal, CallerTerm Term)> CheckAsync(HttpContext context, SocketCaller caller)
    {
        if (!_origins.AllowsSocket(context.Request))
            return (MultiplexedCloses.Forbidden, default);
        if (IsLeaving)
            return (SocketClose.GoingAway, default);
        if (caller.Error is { } bad)
            return (SocketClose.Of(MultiplexedCloses.BadRequest, bad.Message), default);
        var term = _services.Check is { } check ? await check(caller.Headers) : default;
        return (term.Refusal is { } refusal ? MultiplexedCloses.Unauthorized(refusal.Message) : null, term);
    }

    private Connect Describe(HttpContext context, SocketCaller caller)
    {
        var connect = new Connect { Id = LostSessions.NewToken(), Target = context.Request.Path + context.Request.QueryString, Credit = (uint)Options.Credit };
        foreach (var (name, value) in caller.Headers.Items)
            connect.Headers.Add(new Header { Name = name, Value = value });
        connect.Subprotocols.AddRange(context.WebSockets.WebSocketRequestedProtocols);
        return connect;
    }

    // After the handshake: browsers tell their pages nothing of a handshake that failed.
    private Task RefuseAsync(HttpContext context, SocketClose close) =>
        SocketHandshake.OpenAsync(context, _sockets, context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(), socket => RefuseAsync(socket, close));

    private async Task RefuseAsync(ClientSocket socket, SocketClose close)
    {
        await using var closing = socket;
        WebSocketEdgeLog.Closed(_log, close.Code, close.Reason);
        await socket.CloseAsync(close);
        try
        {
            await socket.PassOverAsync();
        }
        catch (Exception gone) when (socket.IsEnd(gone))
        {
            // As above.
        }
    }

    private async Task EndLaterAsync(FanInConnection connection, int milliseconds)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), _services.Time);
        connection.End(FanInCloses.Restart);
    }
}
