using System.Buffers;
using ProtocolGateway.Edges.WebSockets.Multiplexed.Frames;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Envelope.Telemetry;

namespace ProtocolGateway.Edges.WebSockets.Multiplexed;

/// <summary>One call of a session.</summary>
internal sealed class MultiplexedCall : MessageCall
{
    private readonly MultiplexedSession _session;
    private readonly CancellationTokenSource _cancel;
    private bool _answered;
    private int _owed;

    private MultiplexedCall(MultiplexedSession session, uint id, RpcTarget target, CancellationTokenSource cancel, uint credit)
    {
        (_session, Id, Target, _cancel) = (session, id, target, cancel);
        Credit = new(credit);
        if (!target.StreamsRequest)
            return;
        Queue = new(TakenAsync);
        Messages = Queue.ReadAsync;
    }

    public uint Id { get; }

    public RpcTarget Target { get; }

    /// <summary>How many messages the client takes.</summary>
    public CreditGate Credit { get; }

    /// <summary>The messages of a streamed request.</summary>
    public RequestQueue? Queue { get; }

    /// <summary>It has gone into the spine, which ends it.</summary>
    public bool HasBegun { get; set; }

    /// <summary>Nothing is sent for the call any more: it has ended, or its client wants no more of it.</summary>
    public bool IsOver { get; private set; }

    /// <summary>A service had it, and may not have finished when the client, its deadline or what is wrong with its request ended it.</summary>
    public bool IsGivenUp => HasBegun && (_cancel.IsCancellationRequested || Error is { Code: StatusCode.DeadlineExceeded } || Queue is { HasFailed: true });

    private SessionOutput Output => _session.Output;

    public static MultiplexedCall Create(MultiplexedSession session, uint id, RpcTarget target, uint credit)
    {
        var cancel = CancellationTokenSource.CreateLinkedTokenSource(session.Ended);
        return new(session, id, target, cancel, credit)
        {
            Operation = target.Operation,
            Edge = EdgeNames.WebSockets,
            Cancelled = cancel.Token,
            CallerAddress = session.Caller.Address,
        };
    }

    /// <summary>The client wants no more of it.</summary>
    public void Cancel()
    {
        IsOver = true;
        Credit.Open();
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself at the same time.
        }
    }

    /// <inheritdoc />
    public override async ValueTask OnHeadAsync(AnswerHead head)
    {
        if (!Tells(head.Headers))
            return;
        await Output.EnterAsync();
        try
        {
            if (IsOver)
                return;
            Output.Form.Head(Output.Frame, Id, head.Headers);
            await Output.SendAsync(counted: true);
        }
        finally
        {
            Output.Leave();
        }
    }

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand)
    {
        if (Target.StreamsAnswer)
            return SendAsync(message);
        if (_answered)
            throw new GatewayCallException(GatewayErrors.BackendProtocol(Target.Service, "more than one message for a single answer"));
        _answered = true;
        // A single answer leaves in one frame with the status.
        return Target.Write(Output.Form.IsText, message, Answer) is { } wrong ? throw new GatewayCallException(wrong) : default;
    }

    /// <inheritdoc />
    public override async ValueTask OnGapAsync(long missed)
    {
        await Output.EnterAsync();
        try
        {
            if (IsOver)
                return;
            Output.Form.Gap(Output.Frame, Id, missed);
            await Output.SendAsync(counted: true);
        }
        finally
        {
            Output.Leave();
        }
    }

    /// <inheritdoc />
    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers) => EndAsync(error, trailers, waits: true);

    /// <summary>Ends it for what is wrong with its request; for whoever reads the client's frames.</summary>
    public ValueTask RefuseAsync(GatewayError error) => EndAsync(error, null, waits: false);

    private async ValueTask EndAsync(GatewayError? error, CallHeaders? trailers, bool waits)
    {
        if (error is null && !_answered && !Target.StreamsAnswer)
            error = GatewayErrors.BackendProtocol(Target.Service, "no message, and no error either");
        Error = error;
        var incident = error is null ? null : Incidents.Note(_session.Log, error, this, Operation.FullName);
        if (waits)
            await Output.EnterAsync();
        else
            await Output.EnterAnywayAsync();
        try
        {
            // Before the client is told, so that what it says then of the call is passed over.
            if (_session.Calls.Forget(Id) is null || IsOver)
                return;
            IsOver = true;
            if (error is null)
                Output.Form.Complete(Output.Frame, Id, Target.StreamsAnswer ? null : Answer, trailers);
            else
                Output.Form.Error(Output.Frame, Id, error, incident, trailers);
            await Output.SendAsync(counted: true);
        }
        finally
        {
            Output.Leave();
        }
    }

    /// <summary>Ends what is left of it.</summary>
    public void End()
    {
        _session.Wait(-(Queue is null ? Request.Length : Queue.Drop()));
        _cancel.Dispose();
        Dispose();
    }

    private static bool Tells(CallHeaders headers)
    {
        foreach (var (name, value) in headers.Items)
        {
            if (FrameForm.IsTold(name, value))
                return true;
        }

        return false;
    }

    private async ValueTask SendAsync(ReadOnlySequence<byte> message)
    {
        var credit = Credit.TakeAsync();
        if (!credit.IsCompleted)
            await WaitForAsync(credit);
        // Not before the right to send is there: so a client that does not read leaves one frame in the gateway's memory, not one for each call.
        await Output.EnterAsync();
        try
        {
            if (IsOver)
                return;
            if (Output.Form.Message(Output.Frame, Id, Target, message, Shared) is { } wrong)
                throw new GatewayCallException(wrong);
            await Output.SendAsync(counted: true);
        }
        finally
        {
            Output.Leave();
        }
    }

    // The client decides how long this takes, so the upstream, which waits for it, cannot see to the deadline.
    private async Task WaitForAsync(Task credit)
    {
        try
        {
            await credit.WaitAsync(Deadline.Left, _session.Time);
        }
        catch (TimeoutException)
        {
            throw new GatewayCallException(GatewayErrors.DeadlineExceeded());
        }
    }

    // Granted in lots, as a frame for each message would double the traffic.
    private ValueTask TakenAsync(int bytes)
    {
        _session.Wait(-bytes);
        if (++_owed < _session.Options.RequestCredit / 2 || Queue!.IsEnded)
            return default;
        var granted = _owed;
        _owed = 0;
        return Output.SendAsync((Id, granted), static (form, frame, g) => form.Credit(frame, g.Id, g.granted), counted: true);
    }
}
