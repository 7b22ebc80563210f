using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Edges.WebSockets.Multiplexed;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Envelope.Telemetry;

namespace ProtocolGateway.Edges.WebSockets.Direct;

/// <summary>Sockets that are one call each, of the operation that the path names (docs/websocket-protocol.md).</summary>
internal sealed class DirectProtocol(WebSocketEdgeOptions options, SocketOptions sockets, CallHandler pipeline, AllowedOrigins origins, WebSocketEdgeServices services, ILogger log)
{
    private readonly ConcurrentDictionary<ClientSocket, DirectCall> _calls = new();

    /// <summary>Ends what has no end to wait for: the streams, and the sockets whose client has not said anything yet.</summary>
    public void EndEndless()
    {
        foreach (var (socket, call) in _calls)
        {
            if (call.IsEndless)
                _ = socket.CloseAsync(SocketClose.GoingAway);
        }
    }

    /// <summary>Serves a handshake.</summary>
    public Task AcceptAsync(HttpContext context, RpcTarget target)
    {
        var isAllowed = origins.AllowsSocket(context.Request);
        var caller = new SocketCaller(context);
        // A browser wants one of those that its page has named; none of them means anything here.
        var spoken = context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault();
        return SocketHandshake.OpenAsync(context, sockets, spoken, socket => ServeAsync(socket, target, isAllowed ? caller : null));
    }

    // Nobody is called by a caller who is not allowed.
    private async Task ServeAsync(ClientSocket socket, RpcTarget target, SocketCaller? caller)
    {
        await using var closing = socket;
        try
        {
            if (caller is null)
                await socket.CloseAsync(MultiplexedCloses.Forbidden);
            else
                await CallAsync(socket, target, caller);
            await socket.PassOverAsync();
        }
        catch (Exception gone) when (socket.IsEnd(gone))
        {
            // The client broke off, or was cut off.
        }
        catch (Exception bug)
        {
            Incidents.Note(log, GatewayErrors.Bug(bug), null, "a WebSocket");
            await socket.CloseAsync(SocketClose.Failed);
        }
        finally
        {
            _calls.TryRemove(socket, out _);
        }
    }

    private async Task CallAsync(ClientSocket socket, RpcTarget target, SocketCaller caller)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(socket.Gone, socket.Lost);
        var queue = target.StreamsRequest ? new RequestQueue(static _ => default) : null;
        using var call = new DirectCall(socket, target, log)
        {
            Operation = target.Operation,
            Edge = EdgeNames.WebSockets,
            Cancelled = cancel.Token,
            CallerAddress = caller.Address,
            Messages = queue is null ? null : queue.ReadAsync,
        };
        var term = services.Check is { } check ? await check(caller.Headers) : default;
        if ((term.Refusal ?? caller.Prepare(call, [], "", target.Timeout, services.Time)) is { } error)
        {
            await call.EndAsync(error);
            return;
        }

        _calls[socket] = call;
        if (services.Stopping.IsCancellationRequested)
            EndEndless();
        await using var expiry = services.AfterEnd(term, SessionExpiry.Grace, () => _ = socket.CloseAsync(MultiplexedCloses.Expired));
        await new DirectSession(socket, target, call, queue, pipeline, options).RunAsync();
    }
}
