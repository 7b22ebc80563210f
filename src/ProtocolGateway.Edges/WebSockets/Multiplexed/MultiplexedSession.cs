using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Edges.WebSockets.Multiplexed.Frames;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.WebSockets.Multiplexed;

/// <summary>
/// What one client has open: calls, and how many frames went each way. It lives as long as its connection or, where it is resumable, until no new connection
/// has come for a while. Frames are handled one after the other; calls run side by side.
/// </summary>
internal sealed class MultiplexedSession : IDisposable
{
    // A client must keep what is not acknowledged: so many frames, or bytes, at most.
    private const int AcknowledgedEvery = 32;
    private const int AcknowledgedBytes = 64 * 1024;

    private readonly MultiplexedProtocol _protocol;
    private readonly CancellationTokenSource _ended = new();
    private readonly ReplayLog? _log;
    private SessionExpiry? _expiry;
    private GiveUpPace _pace;
    private ulong _received, _acknowledged;
    private long _unacknowledgedBytes, _waiting;

    /// <param name="protocol">What runs its calls.</param>
    /// <param name="form">How frames are written.</param>
    /// <param name="caller">Who opened it.</param>
    /// <param name="token">Its secret name; empty where it is not resumable.</param>
    public MultiplexedSession(MultiplexedProtocol protocol, FrameForm form, SocketCaller caller, string token)
    {
        (_protocol, Caller, Token) = (protocol, caller, token);
        _log = token.Length > 0 ? new(protocol.Options.ResumeBytes, protocol.ReplayBudget) : null;
        Output = new(form, _log);
        Calls = new(protocol.Options.MaxCalls);
    }

    public WebSocketEdgeOptions Options => _protocol.Options;

    public ILogger Log => _protocol.Log;

    public TimeProvider Time => _protocol.Time;

    /// <summary>Who opened it; of one that goes on with another connection, who opened that.</summary>
    public SocketCaller Caller { get; set; }

    /// <summary>Its secret name; empty where it is not resumable.</summary>
    public string Token { get; }

    public SessionOutput Output { get; }

    public SessionCalls Calls { get; }

    /// <summary>Fires when the session has ended.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>The client has been told to go.</summary>
    public bool IsLeaving { get; private set; }

    /// <summary>Ends when nobody reads from its last connection any more.</summary>
    public Task Reading { get; private set; } = Task.CompletedTask;

    /// <summary>A client may come back with these frames received.</summary>
    public bool CanResume(ulong received) => _log is { IsClosed: false } && !_ended.IsCancellationRequested && _log.TryTrim(received);

    /// <summary>Somebody reads from a connection until he sets the result.</summary>
    public TaskCompletionSource BeginReading()
    {
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Reading = reading.Task;
        return reading;
    }

    /// <summary>Serves a connection to its end.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="resumed">It goes on with what was.</param>
    /// <param name="expires">When what proves who the caller is ends; null for never.</param>
    /// <returns>True where the connection was lost, and the client may come back.</returns>
    public async Task<bool> ServeAsync(ClientSocket socket, bool resumed, DateTimeOffset? expires)
    {
        try
        {
            await Output.AttachAsync(socket, new(Token, resumed, _received), Options);
            // What a client is told of its session comes after the welcome, as nothing before it has a connection to go to.
            SetExpiry(expires);
            _protocol.SendAwayIfLeaving(this);
            return await ReadAsync(socket) && _log is not null;
        }
        finally
        {
            Output.Detach(socket);
        }
    }

    /// <summary>Tells the client to go, and closes as soon as its calls have ended.</summary>
    /// <param name="reconnectAfterMs">When to come back.</param>
    /// <param name="reason">Why.</param>
    public async Task LeaveAsync(int reconnectAfterMs, string reason)
    {
        IsLeaving = true;
        await Output.SendAsync((reconnectAfterMs, reason), static (form, frame, s) => form.GoAway(frame, s.reconnectAfterMs, s.reason), counted: false);
        CloseIfLeft();
    }

    /// <summary>Ends the session: its calls are cancelled, and its connection, where it has one, is closed.</summary>
    public async Task EndAsync(SocketClose close)
    {
        // The close frame goes first: what calls say of their end is for nobody.
        if (Output.Socket is { } socket)
            await socket.CloseAsync(close);
        _log?.Close();
        await _ended.CancelAsync();
        Calls.Release();
    }

    /// <summary>Ends the session, and waits until nothing runs for it. Called once, and when nobody reads from a connection of it any more.</summary>
    public async Task FinishAsync(SocketClose close)
    {
        await EndAsync(close);
        foreach (var waiting in Calls.NotBegun())
            Done(waiting);
        await Calls.WhenNoneAsync();
        Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // A source without a timer holds nothing; somebody may still be about to tell the session to leave.
        _expiry?.Dispose();
        Output.Dispose();
    }

    /// <summary>So many bytes more, or less, wait for services to take them; how many do now.</summary>
    public long Wait(long bytes) => Interlocked.Add(ref _waiting, bytes);

    private void SetExpiry(DateTimeOffset? at)
    {
        if (at is not null)
            _expiry ??= new(Time, seconds => _ = Output.SendAsync(seconds, static (form, frame, s) => form.Expiring(frame, s), counted: false).AsTask(), () => _ = EndAsync(MultiplexedCloses.Expired));
        _expiry?.Set(at);
    }

    // True where the connection was lost, false where either side closed it.
    private async Task<bool> ReadAsync(ClientSocket socket)
    {
        using var bytes = new PooledBuffer();
        try
        {
            while (true)
            {
                // A socket that is silent for hours holds no memory for what may come.
                bytes.Dispose();
                await _pace.WaitAsync(Time, socket);
                var input = await socket.ReadAsync(bytes);
                if (input == SocketInput.Closed)
                    return IsLost(socket) && socket.ClosedByClient is { Code: not (1000 or 1005) };
                if (socket.IsClosing)
                    continue;
                var close = input switch
                {
                    SocketInput.TooLarge => SocketClose.TooLarge(Options.MaxRequestBytes),
                    SocketInput.Text when !Output.Form.IsText => SocketClose.TextMessage,
                    SocketInput.Binary when Output.Form.IsText => SocketClose.BinaryMessage,
                    _ => await HandleAsync(bytes.WrittenMemory),
                };
                if (close is not null)
                    await _protocol.CloseAsync(socket, close);
            }
        }
        catch (Exception gone) when (socket.IsEnd(gone))
        {
            return IsLost(socket);
        }
    }

    private static bool IsLost(ClientSocket socket) => socket.Closing is null || socket.Closing == MultiplexedCloses.Replaced;

    private async ValueTask<SocketClose?> HandleAsync(ReadOnlyMemory<byte> bytes)
    {
        if (Output.Form.TryRead(bytes, out var frame) is { } wrong)
            return MultiplexedCloses.BadFrame(wrong);
        if (frame.HasId && frame.Id == 0)
            return MultiplexedCloses.BadFrame("\"id\" is missing, or 0");
        var close = await HandleAsync(frame);
        // When it has been handled: what is not counted comes again with the next connection.
        if (close is null && frame.IsCounted)
            await CountAsync(bytes.Length);
        return close;
    }

    private async ValueTask<SocketClose?> HandleAsync(ClientFrame frame)
    {
        switch (frame.Kind)
        {
            case ClientFrameKind.Open:
                return Calls.TryUse(frame.Id) ? await OpenAsync(frame) : MultiplexedCloses.BadFrame($"the id {frame.Id} is not greater than those before");
            case ClientFrameKind.Message or ClientFrameKind.End:
                if (!Calls.WasUsed(frame.Id))
                    return MultiplexedCloses.BadFrame($"there is no call {frame.Id}");
                // A call may end while its client still sends.
                if (Calls.Find(frame.Id) is { } call)
                    await TakeAsync(call, frame);
                return null;
            case ClientFrameKind.Cancel:
                Cancel(Calls.Forget(frame.Id));
                return null;
            case ClientFrameKind.Credit:
                Calls.Find(frame.Id)?.Credit.Grant(frame.Credit);
                return null;
            case ClientFrameKind.Ack:
                return _log?.TryTrim(frame.Received) is false ? MultiplexedCloses.BadFrame($"{frame.Received} frames cannot have been received") : null;
            case ClientFrameKind.Ping:
                await Output.SendAsync(0, static (form, into, _) => form.Pong(into), counted: false);
                return null;
            case ClientFrameKind.Refresh:
                return await RefreshAsync(frame);
            case ClientFrameKind.Hello:
                return MultiplexedCloses.BadFrame("a second hello");
            default:
                return null;
        }
    }

    private async ValueTask CountAsync(int bytes)
    {
        _received++;
        _unacknowledgedBytes += bytes;
        if (_log is null || (_received - _acknowledged < AcknowledgedEvery && _unacknowledgedBytes < AcknowledgedBytes))
            return;
        (_acknowledged, _unacknowledgedBytes) = (_received, 0);
        await Output.SendAsync(_received, static (form, frame, received) => form.Ack(frame, received), counted: false);
    }

    private async ValueTask<SocketClose?> RefreshAsync(ClientFrame frame)
    {
        if (Caller.Take(frame.Metadata) is { } wrong)
            return MultiplexedCloses.BadFrame(wrong.Message);
        var term = await _protocol.CheckAsync(Caller);
        if (term.Refusal is { } refusal)
            return MultiplexedCloses.Unauthorized(refusal.Message);
        SetExpiry(term.Expires);
        await Output.SendAsync(0, static (form, into, _) => form.Refreshed(into), counted: true);
        return null;
    }

    private async ValueTask<SocketClose?> OpenAsync(ClientFrame frame)
    {
        var target = _protocol.Find(frame.Operation);
        var error = IsLeaving ? GatewayErrors.GoingAway() : target is null ? GatewayErrors.NoSuchMethod(frame.Operation) : null;
        if (error is not null)
            return await RefuseAsync(frame.Id, error);
        var call = MultiplexedCall.Create(this, frame.Id, target!, frame.Credit == 0 ? MultiplexedProtocol.AnswerCredit : frame.Credit);
        error = Caller.Prepare(call, frame.Metadata, frame.Timeout, target!.Timeout, _protocol.Time);
        if (error is null && !Calls.TryAdd(call))
            error = GatewayErrors.TooManyCalls(Options.MaxCalls);
        if (error is not null)
        {
            call.End();
            return await RefuseAsync(frame.Id, error);
        }

        if (call.Queue is not null)
            _ = RunAsync(call);
        if (frame.HasMessage || frame.End)
            await TakeAsync(call, frame);
        return null;
    }

    private async ValueTask<SocketClose?> RefuseAsync(uint id, GatewayError error)
    {
        await Output.SendAsync((id, error), static (form, frame, s) => form.Error(frame, s.id, s.error, null, null), counted: true);
        return null;
    }

    // A request message, the end of a request, or both.
    private async ValueTask TakeAsync(MultiplexedCall call, ClientFrame frame)
    {
        if (call.Queue is { } queue)
        {
            if (frame.HasMessage)
                TakeStreamed(call, queue, frame);
            if (frame.End || frame.Kind == ClientFrameKind.End)
                queue.End();
            return;
        }

        if (call.HasBegun)
        {
            if (!frame.HasMessage)
                return;
            await call.RefuseAsync(GatewayErrors.MessageCount("more"));
            call.Cancel();
            return;
        }

        var error = frame.HasMessage ? call.Target.Read(Output.Form.IsText, new(frame.Message), call.Request) : GatewayErrors.MessageCount("none");
        // A service that answers nothing keeps the requests here as one that takes nothing from a stream does.
        if (Wait(call.Request.Length) > Options.MaxWaitingBytes)
            error ??= GatewayErrors.TooFast();
        if (error is null)
        {
            _ = RunAsync(call);
            return;
        }

        await call.RefuseAsync(error);
        Done(call);
    }

    private void TakeStreamed(MultiplexedCall call, RequestQueue queue, ClientFrame frame)
    {
        if (queue.IsEnded)
        {
            // Of a request that has failed already, the first failure is told.
            queue.End(GatewayErrors.InvalidInput("A message came after the end of the request."));
            return;
        }

        var message = new PooledBuffer();
        var error = call.Target.Read(Output.Form.IsText, new(frame.Message), message);
        // A client that keeps to its credit never comes here, nor one whose messages are of usual size.
        if (error is null && (queue.Count >= Options.RequestCredit || Wait(0) + message.Length > Options.MaxWaitingBytes))
            error = GatewayErrors.TooFast();
        if (error is not null)
        {
            message.Dispose();
            queue.End(error);
            return;
        }

        Wait(message.Length);
        queue.Add(message);
    }

    private void Cancel(MultiplexedCall? call)
    {
        call?.Cancel();
        // It waits for its request, and so for nobody who would end it.
        if (call is { HasBegun: false })
            Done(call);
    }

    private async Task RunAsync(MultiplexedCall call)
    {
        call.HasBegun = true;
        try
        {
            await _protocol.Pipeline(call);
        }
        catch (Exception bug)
        {
            await call.OnEndAsync(GatewayErrors.Bug(bug), null);
        }
        finally
        {
            Done(call);
        }
    }

    private void Done(MultiplexedCall call)
    {
        // A call that is cancelled before it began is still known by its id.
        Calls.Forget(call.Id);
        if (call.IsGivenUp)
            _pace.Count(Time, Options.MaxCalls);
        call.End();
        Calls.End(call);
        CloseIfLeft();
    }

    private void CloseIfLeft()
    {
        if (IsLeaving && Calls.IsIdle(passOverStreams: _protocol.IsStopping))
            _ = EndAsync(SocketClose.GoingAway);
    }
}
