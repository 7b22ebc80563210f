using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>
/// One WebSocket that speaks graphql-transport-ws. Messages are handled one after the other; operations run side by side. However it ends, the close frame
/// is sent first, then what still runs is cancelled, and what the client still sends is passed over until it has closed too.
/// </summary>
internal sealed class SocketSession : IAsyncDisposable
{
    private static readonly byte[] Ack = "connection_ack"u8.ToArray();
    private static readonly byte[] Pong = "pong"u8.ToArray();

    private readonly ClientSocket _socket;
    private readonly HttpContext _context;
    private readonly SocketRunner _runner;
    private readonly SocketWriter _writer;
    private readonly SocketOperations _operations;
    private readonly List<IDisposable> _watches = [];
    private GiveUpPace _pace;
    private volatile bool _isInitialised;

    /// <param name="socket">The socket, open.</param>
    /// <param name="context">The request that opened it.</param>
    /// <param name="runner">Runs its operations.</param>
    public SocketSession(ClientSocket socket, HttpContext context, SocketRunner runner)
    {
        (_socket, _context, _runner) = (socket, context, runner);
        _writer = new(socket);
        _operations = new(runner.Options.MaxSocketOperations);
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
        catch (Exception gone) when (_socket.IsEnd(gone))
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
        await _socket.DisposeAsync();
        await _operations.WhenNoneAsync();
        _watches.ForEach(static watch => watch.Dispose());
        _writer.Dispose();
    }

    private void Watch()
    {
        var services = _runner.Services;
        _watches.Add(After(_runner.Options.InitTimeout, static session =>
        {
            if (!session._isInitialised)
                _ = session.CloseAsync(GraphCloses.InitTimeout);
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
            await _pace.WaitAsync(_runner.Services.Time, _socket);
            var input = await _socket.ReadAsync(text);
            if (input == SocketInput.Closed)
            {
                await CloseAsync(_socket.ClosedByClient!);
                return false;
            }

            SocketClose? close = null;
            if (input != SocketInput.Text)
                close = input == SocketInput.TooLarge ? SocketClose.TooLarge(_runner.Options.MaxRequestBytes) : GraphCloses.BinaryMessage;
            else if (!_socket.IsClosing)
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
            return (GraphCloses.BadMessage(problem), false);
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
                if (_operations.Complete(message.Id) is { } operation)
                {
                    operation.Cancel();
                    _pace.Count(_runner.Services.Time, _runner.Options.MaxSocketOperations);
                }

                return default;
            default:
                return default;
        }
    }

    private async ValueTask<SocketClose?> InitialiseAsync(SocketMessage message)
    {
        if (_isInitialised)
            return GraphCloses.SecondInit;
        if (InitHeaders.Apply(message.Payload.Span, _runner.Options.InitHeaders, _context.Request.Headers) is { } problem)
            return GraphCloses.BadMessage(problem);
        _isInitialised = true;
        await _writer.SendAsync(Ack, default);
        return null;
    }

    private async ValueTask<(SocketClose? Close, bool IsKept)> SubscribeAsync(PooledBuffer text, SocketMessage message)
    {
        if (!_isInitialised)
            return (GraphCloses.Unauthorized, false);
        if (_operations.Contains(message.Id))
            return (GraphCloses.Duplicate(message.Id), false);
        if (RequestJson.Read(message.Payload, out var incoming) is { } error)
            return (GraphCloses.BadMessage(error.Message), false);
        var operation = new SocketOperation(message.Id, text, _socket.Gone);
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
            _ = CloseAsync(GraphCloses.Restart);
        }
    }

    private Task CloseAsync(SocketClose close)
    {
        if (!_socket.IsClosing)
            GraphEdgeLog.SocketClosed(_runner.Log, close.Code, close.Reason);
        return _socket.CloseAsync(close);
    }
}
