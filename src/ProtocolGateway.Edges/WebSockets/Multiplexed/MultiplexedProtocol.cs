using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Edges.WebSockets.Multiplexed.Frames;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.WebSockets.Multiplexed;

/// <summary>Sockets that carry any number of calls, to any operation (docs/websocket-protocol.md).</summary>
internal sealed class MultiplexedProtocol
{
    /// <summary>How many messages of an answer a client takes that does not say; a window for what is on its way.</summary>
    public const uint AnswerCredit = 32;

    private readonly RpcTargets _targets;
    private readonly SocketOptions _sockets;
    private readonly WebSocketEdgeServices _services;
    private readonly AllowedOrigins _origins;
    private readonly ConcurrentDictionary<MultiplexedSession, bool> _sessions = new();
    private readonly LostSessions _lost;

    public MultiplexedProtocol(RpcTargets targets, WebSocketEdgeOptions options, SocketOptions sockets, CallHandler pipeline, AllowedOrigins origins, WebSocketEdgeServices services, ILogger log)
    {
        (_targets, Options, _sockets, Pipeline, _origins, _services, Log) = (targets, options, sockets, pipeline, origins, services, log);
        _lost = new(options, services.Time, log, session => _sessions.TryRemove(session, out _));
        ReplayBudget = new(options.ResumeTotalBytes);
    }

    public WebSocketEdgeOptions Options { get; }

    public CallHandler Pipeline { get; }

    /// <summary>What all sessions may keep to be sent again.</summary>
    public QueueBudget ReplayBudget { get; }

    /// <summary>How many sessions there are, with a connection or without.</summary>
    public int SessionCount => _sessions.Count;

    public ILogger Log { get; }

    public TimeProvider Time => _services.Time;

    /// <summary>The program stops: streams have no end to wait for.</summary>
    public bool IsStopping => _services.Stopping.IsCancellationRequested;

    private bool IsLeaving => IsStopping || _services.Retired.IsCancellationRequested;

    /// <summary>The operation of a name; null where there is none.</summary>
    public RpcTarget? Find(string operation) => _targets.FindByName(operation);

    /// <summary>Whether a caller may stay, and for how long.</summary>
    public ValueTask<CallerTerm> CheckAsync(SocketCaller caller) => _services.Check?.Invoke(caller.Headers) ?? default;

    /// <summary>Closes a socket for a reason of its protocol.</summary>
    public Task CloseAsync(ClientSocket socket, SocketClose close)
    {
        WebSocketEdgeLog.Closed(Log, close.Code, close.Reason);
        return socket.CloseAsync(close);
    }

    /// <summary>Tells every client to go, each to come back at a moment of its own.</summary>
    public void Leave()
    {
        _lost.EndAll();
        foreach (var session in _sessions.Keys)
            SendAway(session);
    }

    /// <summary>Tells a client to go that has come while all were told.</summary>
    public void SendAwayIfLeaving(MultiplexedSession session)
    {
        if (IsLeaving)
            SendAway(session);
    }

    /// <summary>Ends those that have not gone by themselves.</summary>
    public void EndAll()
    {
        foreach (var session in _sessions.Keys)
            _ = session.EndAsync(SocketClose.GoingAway);
    }

    /// <summary>Serves a handshake.</summary>
    public Task AcceptAsync(HttpContext context)
    {
        var form = FrameForm.Of(context.WebSockets.WebSocketRequestedProtocols);
        // Refused after the handshake: browsers tell their pages nothing of a handshake that failed.
        var refusal = !_origins.AllowsSocket(context.Request) ? MultiplexedCloses.Forbidden : form is null ? MultiplexedCloses.WrongSubProtocol : IsLeaving ? SocketClose.GoingAway : null;
        var caller = new SocketCaller(context);
        return SocketHandshake.OpenAsync(context, _sockets, form?.SubProtocol, socket => ServeAsync(socket, form, caller, refusal));
    }

    private async Task ServeAsync(ClientSocket socket, FrameForm? form, SocketCaller caller, SocketClose? refusal)
    {
        await using var closing = socket;
        try
        {
            // What opens the session is not held while that is silent for hours.
            var opened = refusal is null ? await OpenAsync(socket, form!, caller) : new(refusal);
            if (opened.Session is not null)
                await RunAsync(opened.Session, socket, opened.IsResumed, opened.Expires);
            if (opened.Refusal is not null)
                await CloseAsync(socket, opened.Refusal);
            else if (socket.ClosedByClient is { } close)
                await socket.CloseAsync(close);
            await socket.PassOverAsync();
        }
        catch (Exception gone) when (socket.IsEnd(gone))
        {
            // The client broke off, or was cut off.
        }
        catch (Exception bug)
        {
            Incidents.Note(Log, GatewayErrors.Bug(bug), null, "a WebSocket");
            await CloseAsync(socket, SocketClose.Failed);
        }
    }

    private async ValueTask<Opened> OpenAsync(ClientSocket socket, FrameForm form, SocketCaller caller)
    {
        var (hello, wrong) = await ReadHelloAsync(socket, form);
        if (hello is null)
            return new(wrong);
        if (caller.Take(hello.Metadata) is { } bad)
            return new(MultiplexedCloses.BadFrame(bad.Message));
        var term = await CheckAsync(caller);
        if (term.Refusal is { } refusal)
            return new(MultiplexedCloses.Unauthorized(refusal.Message));
        var known = hello.Session.Length > 0 ? await _lost.TakeAsync(hello.Session, form, hello.Received) : null;
        var session = known ?? Begin(form, caller, hello);
        // The one who was looked at, and no other, makes the calls from now on.
        session.Caller = caller;
        return new(null, session, session == known, term.Expires);
    }

    private MultiplexedSession Begin(FrameForm form, SocketCaller caller, ClientFrame hello)
    {
        var session = new MultiplexedSession(this, form, caller, hello.Resumable && Options.ResumeWindow > TimeSpan.Zero ? LostSessions.NewToken() : "");
        if (session.Token.Length > 0)
            _lost.Add(session);
        _sessions[session] = true;
        return session;
    }

    private async Task RunAsync(MultiplexedSession session, ClientSocket socket, bool resumed, DateTimeOffset? expires)
    {
        var reading = session.BeginReading();
        var isKept = false;
        try
        {
            isKept = await session.ServeAsync(socket, resumed, expires) && !IsLeaving;
            if (isKept)
                _lost.Keep(session);
            // What began to leave in between has not seen it.
            if (isKept && IsLeaving)
                _lost.EndAll();
        }
        finally
        {
            reading.SetResult();
            if (!isKept)
                await EndAsync(session, socket);
        }
    }

    private async Task EndAsync(MultiplexedSession session, ClientSocket socket)
    {
        _sessions.TryRemove(session, out _);
        _lost.Remove(session);
        // Before its calls are waited for: one may still be sending to a client that has closed and reads nothing, until the client is cut off.
        if (socket.ClosedByClient is { } close)
            _ = socket.CloseAsync(close);
        await session.FinishAsync(SocketClose.Done);
    }

    private void SendAway(MultiplexedSession session) => _ = session.LeaveAsync(_services.Spread(Options.ReconnectSpread), IsStopping ? "stopping" : "reloaded");

    private async Task<(ClientFrame? Hello, SocketClose? Wrong)> ReadHelloAsync(ClientSocket socket, FrameForm form)
    {
        await using var patience = Time.CreateTimer(static socket => _ = ((ClientSocket)socket!).CloseAsync(MultiplexedCloses.HelloTimeout), socket, Options.HelloTimeout, Timeout.InfiniteTimeSpan);
        using var bytes = new PooledBuffer();
        var input = await socket.ReadAsync(bytes);
        if (input == SocketInput.Closed)
            return (null, socket.ClosedByClient);
        if (input == SocketInput.TooLarge)
            return (null, SocketClose.TooLarge(Options.MaxRequestBytes));
        if (input != (form.IsText ? SocketInput.Text : SocketInput.Binary))
            return (null, form.IsText ? SocketClose.BinaryMessage : SocketClose.TextMessage);
        if (form.TryRead(bytes.WrittenMemory, out var frame) is { } wrong)
            return (null, MultiplexedCloses.BadFrame(wrong));
        return frame.Kind == ClientFrameKind.Hello ? (frame, null) : (null, MultiplexedCloses.BadFrame("the first frame is no hello"));
    }

    /// <summary>What came of a hello.</summary>
    /// <param name="Refusal">Why the socket is to be closed; null where there is a session, or the client has closed.</param>
    /// <param name="Session">The session.</param>
    /// <param name="IsResumed">It goes on with what was.</param>
    /// <param name="Expires">When what proves who the caller is ends; null for never.</param>
    private readonly record struct Opened(SocketClose? Refusal, MultiplexedSession? Session = null, bool IsResumed = false, DateTimeOffset? Expires = null);
}
