using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>
/// One WebSocket that speaks graphql-transport-ws. Messages are handled one after the other; operations run side by side. However it ends, the close frame
/// is sent first, then what still runs is cancelled, and what the client still sends is passed over until it has closed too.
/// </summary>
internal sealed class SocketSession : IAsyncDisposable
{
    // What a client may take to answer our close frame; one that takes longer is cut off.
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);

    private static readonly byte[] Ack = "connection_ack"u8.ToArray();
    private static readonly byte[] Pong = "pong"u8.ToArray();

    private readonly WebSocket _socket;
    private readonly HttpContext _context;
    private readonly SocketRunner _runner;
    private readonly SocketReader _reader;
    private readonly SocketWriter _writer;
    private readonly SocketOperations _operations;
    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _closing = new();
    private readonly List<IDisposable> _watches = [];
    private Task? _close;
    private volatile bool _isInitialised;

    /// <param name="socket">The socket, open.</param>
    /// <param name="context">The request that opened it.</param>
    /// <param name="runner">Runs its operations.</param>
    public SocketSession(WebSocket socket, HttpContext context, SocketRunner runner)
    {
        (_socket, _context, _runner) = (socket, context, runner);
        _reader = new(socket, runner.Options.MaxRequestBytes);
        _writer = new(socket);
        _operations = new(runner.Options.MaxSocketOperations);
    }

    private bool IsClosing
    {
        get
        {
            lock (_closing)
                return _close is not null;
        }
    }

    /// <summary>Serves the socket until it is closed. Never throws.</summary>
    /// <param name="refusal">Why nothing is served; null where it is.</param>
    public async Task RunAsync(SocketClose? refusal)
    {
        try
        {
            if (refusal is null)
                Watch();
            else
                await CloseAsync(refusal);
            while (await ReadAsync())
            {
            }
        }
        catch (Exception gone) when (SocketRunner.IsGone(gone) || _socket.State is WebSocketState.Aborted or WebSocketState.Closed)
        {
            // The client broke off, or was cut off.
        }
        catch (Exception bug)
        {
            Incidents.Note(_runner.Log, GatewayErrors.Bug(bug), null, "a WebSocket");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task close;
        lock (_closing)
            close = _close ??= Task.CompletedTask;
        await close;
        await _gone.CancelAsync();
        if (_socket.State != WebSocketState.Closed)
        {
            // A frame that breaks the protocol is answered with the close frame by the socket itself, which the cut would overtake.
            if (!_context.RequestAborted.IsCancellationRequested)
                await Task.Delay(ClientAnswer.BeforeAbort, _runner.Services.Time);
            // Releases whoever still sends to a client that does not read.
            CutOff();
        }

        await _operations.WhenNoneAsync();
        _watches.ForEach(static watch => watch.Dispose());
        _writer.Dispose();
        _gone.Dispose();
    }

    private void Watch()
    {
        var services = _runner.Services;
        _watches.Add(After(_runner.Options.InitTimeout, static session =>
        {
            if (!session._isInitialised)
                _ = session.CloseAsync(SocketClose.InitTimeout);
        }));
        _watches.Add(services.Stopping.UnsafeRegister(static session => ((SocketSession)session!).CloseIfDone(), this));
        _watches.Add(services.Retired.UnsafeRegister(static session => ((SocketSession)session!).CloseIfDone(), this));
    }

    private ITimer After(TimeSpan delay, Action<SocketSession> act) =>
        _runner.Services.Time.CreateTimer(state => act((SocketSession)state!), this, delay, Timeout.InfiniteTimeSpan);

    // False where the client has closed.
    private async ValueTask<bool> ReadAsync()
    {
        var text = new PooledBuffer();
        var isKept = false;
        try
        {
            var close = await _reader.ReadAsync(text);
            if (_reader.Closed is { } closed)
            {
                await CloseAsync(new(closed.Code, closed.Reason ?? ""));
                return false;
            }

            if (close is null && !IsClosing)
                (close, isKept) = await HandleAsync(text);
            if (close is not null)
                await CloseAsync(close);
            return true;
        }
        finally
        {
            if (!isKept)
                text.Dispose();
        }
    }

    // Why the socket must be closed; and whether the message's memory has found another owner.
    private async ValueTask<(SocketClose? Close, bool IsKept)> HandleAsync(PooledBuffer text)
    {
        if (SocketMessage.TryRead(text.WrittenMemory, out var message) is { } problem)
            return (SocketClose.BadMessage(problem), false);
        switch (message.Kind)
        {
            case SocketMessageKind.ConnectionInit:
                return (await InitialiseAsync(message), false);
            case SocketMessageKind.Ping:
                await _writer.SendAsync(Pong, message.Payload);
                return default;
            case SocketMessageKind.Subscribe:
                return await SubscribeAsync(text, message);
            case SocketMessageKind.Complete:
                // A client may complete what has just ended by itself.
                _operations.Complete(message.Id)?.Cancel();
                return default;
            default:
                return default;
        }
    }

    private async ValueTask<SocketClose?> InitialiseAsync(SocketMessage message)
    {
        if (_isInitialised)
            return SocketClose.SecondInit;
        if (InitHeaders.Apply(message.Payload.Span, _runner.Options.InitHeaders, _context.Request.Headers) is { } problem)
            return SocketClose.BadMessage(problem);
        _isInitialised = true;
        await _writer.SendAsync(Ack, default);
        return null;
    }

    private async ValueTask<(SocketClose? Close, bool IsKept)> SubscribeAsync(PooledBuffer text, SocketMessage message)
    {
        if (!_isInitialised)
            return (SocketClose.Unauthorized, false);
        if (_operations.Contains(message.Id))
            return (SocketClose.Duplicate(message.Id), false);
        if (RequestJson.Read(message.Payload, out var incoming) is { } error)
            return (SocketClose.BadMessage(error.Message), false);
        var operation = new SocketOperation(message.Id, text, _gone.Token);
        if (_operations.TryAdd(operation))
        {
            _ = RunAsync(operation, incoming);
            return (null, true);
        }

        using (operation)
        {
            // A socket that is about to close says nothing more: the client asks again on its next one.
            if (!_operations.IsSealed)
                await _writer.ErrorAsync(operation, [TransportErrors.ToGraph(TransportErrors.TooManyOperations(_runner.Options.MaxSocketOperations))]);
        }

        return (null, true);
    }

    private async Task RunAsync(SocketOperation operation, IncomingRequest incoming)
    {
        await _runner.RunAsync(operation, incoming, new(_context, _runner.Services.Time, operation.Cancelled), _writer, _operations);
        operation.Dispose();
        _operations.Remove(operation);
        CloseIfDone();
    }

    private void CloseIfDone()
    {
        if (_runner.Services.Stopping.IsCancellationRequested)
        {
            if (_operations.TrySeal(passOverStreams: true))
                _ = CloseAsync(SocketClose.GoingAway);
        }
        else if (_runner.Services.Retired.IsCancellationRequested && _operations.TrySeal(passOverStreams: false))
        {
            _ = CloseAsync(SocketClose.Restart);
        }
    }

    // The first reason counts.
    private Task CloseAsync(SocketClose close)
    {
        lock (_closing)
            return _close ??= SendCloseAsync(close);
    }

    private async Task SendCloseAsync(SocketClose close)
    {
        // Off the caller's stack, who holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        GraphEdgeLog.SocketClosed(_runner.Log, close.Code, close.Reason);
        lock (_closing)
            _watches.Add(After(ClosePatience, static session => session.CutOff()));
        var cancelled = _gone.CancelAsync();
        try
        {
            await _writer.CloseAsync(close.Code, close.Reason);
        }
        catch (Exception gone) when (SocketRunner.IsGone(gone))
        {
            // It has been closed already, the hard way.
        }

        await cancelled;
    }

    private void CutOff()
    {
        _socket.Abort();
        _context.Abort();
    }
}
