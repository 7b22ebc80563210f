using System.Buffers.Binary;

namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>
/// The client's end of one HTTP/2 connection (RFC 9113): many exchanges over one transport. All its state is under one lock that is held for a few dozen
/// instructions; nothing is awaited and nothing foreign is called under it.
/// </summary>
internal sealed class Http2Connection : IDisposable
{
    /// <summary>What one stream may send before we have taken it, in bytes: enough for 2 Gbit/s over a millisecond, little enough that a hundred stalled streams cost 25 MB.</summary>
    public const int StreamWindow = 256 * 1024;

    // Streams are held back one by one; the connection's window is only there because the protocol has one.
    private const int ConnectionWindow = 16 * 1024 * 1024;
    private const int DefaultWindow = 65_535;

    private readonly Lock _sync = new();
    private readonly Stream _transport;
    private readonly TimeProvider _time;
    private readonly Http2Sender _sender;
    private readonly Http2Resets _resets;
    private readonly Http2StreamTable _streams;
    private readonly Http2Settings _peer = new();
    private readonly Http2Liveness _liveness = new();
    private readonly Action _onSlot;
    private readonly TaskCompletionSource<Http2Failure?> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _received;
    private bool _draining;
    private bool _closed;

    /// <summary>A connection over a connected transport; <see cref="Start"/> follows.</summary>
    /// <param name="transport">Owned.</param>
    /// <param name="headerLimit">The most that each block of an answer's headers may count, in bytes.</param>
    /// <param name="time">The clock of its age.</param>
    /// <param name="onSlot">Called, without a lock, when there may be room for another stream, or none for any.</param>
    public Http2Connection(Stream transport, int headerLimit, TimeProvider time, Action onSlot)
    {
        (_transport, HeaderLimit, _time, Created, _onSlot) = (transport, headerLimit, time, time.GetTimestamp(), onSlot);
        _resets = new(_sync, time, onSlot);
        _streams = new(_resets);
        _sender = new(transport, _sync, OnSent, text => Close(new(Http2FailureKind.Lost, text)));
    }

    /// <summary>The most that each block of an answer's headers may count, in bytes.</summary>
    public int HeaderLimit { get; }

    /// <summary>When it was made; a timestamp.</summary>
    public long Created { get; }

    /// <summary>Completes with the peer's first SETTINGS, which say how many streams it takes; or with why it will not take any.</summary>
    public Task<Http2Failure?> Ready => _ready.Task;

    /// <summary>It takes no more streams; it may still carry some.</summary>
    public bool IsDraining => Volatile.Read(ref _draining);

    /// <summary>It is no more.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Sends the preface and begins to read.</summary>
    public void Start()
    {
        lock (_sync)
        {
            _sender.Preface();
            Http2Settings.WriteOurs(_sender, HeaderLimit, StreamWindow);
            _sender.Frame(Http2FrameType.WindowUpdate, 0, ConnectionWindow - DefaultWindow);
        }

        _sender.Flush();
        _ = new Http2Input(this, _transport).RunAsync();
    }

    /// <summary>Takes the right to open one stream, which <see cref="Open"/> uses up; false where there is none.</summary>
    public bool TryReserve()
    {
        lock (_sync)
            return !_draining && !_sender.IsFull && _streams.TryReserve(_peer.MaxConcurrentStreams);
    }

    /// <summary>Opens a stream with the slot that was reserved, and sends its head and as much of the body as is given.</summary>
    /// <param name="head">The encoded header block.</param>
    /// <param name="body">The begin of the body, or all of it.</param>
    /// <param name="end">Nothing follows the body.</param>
    /// <param name="sent">How much of the body was sent, as windows allow; the rest follows by <see cref="SendAsync"/>.</param>
    /// <returns>The stream; one that has failed already where the connection takes no more.</returns>
    public Http2Stream Open(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body, bool end, out int sent)
    {
        var stream = new Http2Stream(this);
        sent = 0;
        bool opened, flush = false;
        lock (_sync)
        {
            _streams.Release();
            opened = !_draining;
            if (opened)
            {
                (stream.SendWindow, stream.HeardBefore) = (_peer.InitialWindow, _liveness.Heard);
                _streams.Add(stream);
                _draining = _streams.IsUsedUp;
                _sender.Head(stream.Id, head);
                if (end || !body.IsEmpty)
                    sent = _sender.Body(stream, body, end);
                flush = _sender.TryBeginFlush();
            }
        }

        if (flush)
            _sender.Queue();
        if (!opened)
        {
            stream.OnFailure(new(Http2FailureKind.Refused, "The connection was closing."));
            AfterEnd();
        }

        return stream;
    }

    /// <summary>Sends more of the body, as windows allow; false where the stream has ended meanwhile.</summary>
    public async ValueTask<bool> SendAsync(Http2Stream stream, ReadOnlyMemory<byte> data, bool end, CancellationToken cancel)
    {
        while (true)
        {
            Task? wait = null;
            lock (_sync)
            {
                if (!_streams.IsRunning(stream.Id))
                    return false;
                data = data[_sender.Body(stream, data.Span, end)..];
                if (!data.IsEmpty || (end && !stream.SentEnd))
                    wait = _sender.Block(stream);
            }

            _sender.Flush();
            if (wait is null)
                return true;
            await wait.WaitAsync(cancel);
        }
    }

    /// <summary>Opens a stream's window again by what was taken.</summary>
    public void Credit(int streamId, int bytes)
    {
        lock (_sync)
        {
            if (!_streams.IsRunning(streamId))
                return;
            _sender.Frame(Http2FrameType.WindowUpdate, streamId, (uint)bytes);
        }

        _sender.Flush();
    }

    /// <summary>Resets a stream that still runs.</summary>
    public void Cancel(Http2Stream stream) => End(stream, Http2Failure.Cancelled, Http2Error.Cancel);

    /// <summary>Takes no more streams, and closes when those that run have ended.</summary>
    public void Drain()
    {
        lock (_sync)
            _draining = true;
        AfterEnd();
    }

    /// <inheritdoc />
    public void Dispose() => Close(new(Http2FailureKind.Lost, "The gateway closed the connection."));

    /// <summary>Ends everything; the first reason counts.</summary>
    /// <param name="failure">What the streams that run are told.</param>
    /// <param name="error">What the peer is told; null for nothing.</param>
    public void Close(Http2Failure failure, Http2Error? error = null)
    {
        Http2Stream[] streams;
        bool dispose, flush;
        lock (_sync)
        {
            if (_closed)
                return;
            _closed = _draining = true;
            streams = _streams.RemoveAll();
            Span<byte> goodbye = stackalloc byte[8];
            goodbye.Clear();
            BinaryPrimitives.WriteUInt32BigEndian(goodbye[4..], (uint)error.GetValueOrDefault());
            if (error is not null)
                _sender.Frame(Http2FrameType.GoAway, 0, 0, goodbye);
            flush = _sender.TryBeginFlush();
            dispose = _sender.Close();
        }

        if (flush)
            _sender.Queue();
        if (dispose || error is null)
            _transport.Dispose();
        else
            _ = _sender.CutLaterAsync(_time);
        // No request has gone out on a connection that was never ready.
        _ready.TrySetResult(failure.Kind == Http2FailureKind.Lost ? failure with { Kind = Http2FailureKind.NoConnection } : failure);
        foreach (var stream in streams)
        {
            stream.SendWaiter?.TrySetResult();
            if (stream.OnFailure(failure))
                ThreadPool.UnsafeQueueUserWorkItem(stream, preferLocal: false);
        }

        _onSlot();
    }

    /// <summary>The stream of a frame; null where it has ended. Wrong is set for one that was never opened.</summary>
    public Http2Stream? Find(int id, out bool wrong)
    {
        lock (_sync)
            return _streams.Find(id, out wrong);
    }

    /// <summary>Counts bytes against the connection's window and opens it again; false where it was overrun.</summary>
    public bool OnFlowBytes(int count)
    {
        lock (_sync)
        {
            _liveness.OnAnswer();
            _received += count;
            if (_received > ConnectionWindow)
                return false;
            if (_received < ConnectionWindow / 2)
                return true;
            _sender.Frame(Http2FrameType.WindowUpdate, 0, (uint)_received);
            _received = 0;
            return true;
        }
    }

    /// <summary>The peer has said all: the stream is done with, and reset where we have not.</summary>
    public void OnEnded(Http2Stream stream)
    {
        TaskCompletionSource? waiter;
        lock (_sync)
        {
            _liveness.OnAnswer();
            if (!_streams.Remove(stream))
                return;
            waiter = _sender.Unblock(stream);
            if (!stream.SentEnd)
                _sender.Frame(Http2FrameType.RstStream, stream.Id, (uint)Http2Error.Cancel);
        }

        waiter?.TrySetResult();
        AfterEnd();
    }

    /// <summary>Ends a stream that runs with a failure.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="failure">What its consumer is told.</param>
    /// <param name="reset">What the peer is told; null for nothing.</param>
    public void End(Http2Stream stream, Http2Failure failure, Http2Error? reset)
    {
        TaskCompletionSource? waiter;
        lock (_sync)
        {
            if (!_streams.Remove(stream))
                return;
            waiter = _sender.Unblock(stream);
            if (reset is { } code)
            {
                _sender.Frame(Http2FrameType.RstStream, stream.Id, (uint)code);
                _streams.KeepPlace();
            }

            if (failure.Kind == Http2FailureKind.Cancelled && _liveness.TryAsk(stream.HeardBefore))
            {
                _sender.Frame(Http2FrameType.Ping, 0, 0, stackalloc byte[8]);
                _ = CloseIfSilentAsync(stream.HeardBefore);
            }
        }

        waiter?.TrySetResult();
        if (stream.OnFailure(failure))
            ThreadPool.UnsafeQueueUserWorkItem(stream, preferLocal: false);
        _sender.Flush();
        AfterEnd();
    }

    /// <summary>Applies and acknowledges SETTINGS; the error of a value that is not allowed.</summary>
    public Http2Error OnSettings(ReadOnlySpan<byte> payload)
    {
        lock (_sync)
        {
            var before = _peer.InitialWindow;
            if (_peer.Apply(payload) is not Http2Error.None and var error)
                return error;
            foreach (var stream in _streams.Running)
            {
                if (!Http2Sender.TryGrow(stream, _peer.InitialWindow - before))
                    return Http2Error.FlowControl;
            }

            _sender.Frame(Http2FrameType.Settings, Http2Frame.Ack, 0, []);
        }

        _ready.TrySetResult(null);
        WakeAll();
        _onSlot();
        return Http2Error.None;
    }

    /// <summary>Answers a PING.</summary>
    public void OnPing(ReadOnlySpan<byte> payload)
    {
        lock (_sync)
            _sender.Frame(Http2FrameType.Ping, Http2Frame.Ack, 0, payload);
    }

    /// <summary>Opens the send window of a stream, or the connection's own; false where it grows beyond what is allowed.</summary>
    public bool OnWindowUpdate(Http2Stream? stream, int increment)
    {
        TaskCompletionSource? waiter = null;
        bool allowed;
        lock (_sync)
        {
            allowed = stream is null ? _sender.TryGrow(increment) : Http2Sender.TryGrow(stream, increment);
            if (stream is not null)
                waiter = _sender.Unblock(stream);
        }

        waiter?.TrySetResult();
        if (stream is null)
            WakeAll();
        return allowed;
    }

    /// <summary>The peer goes away: streams above the last that it has taken may be sent again elsewhere.</summary>
    public void OnGoAway(int last, uint code)
    {
        Http2Stream[] refused;
        lock (_sync)
        {
            _draining = true;
            refused = [.. _streams.Running.Where(s => s.Id > last)];
        }

        _ready.TrySetResult(Http2Failure.GoneAway(code));
        foreach (var stream in refused)
            End(stream, Http2Failure.GoneAway(code), null);
        AfterEnd();
    }

    /// <summary>What was written while input was read leaves now; false where the peer makes us answer and does not read.</summary>
    public bool AfterInput()
    {
        bool flooded, flush, freed;
        lock (_sync)
        {
            _liveness.OnInput();
            (flooded, freed) = (_sender.IsFlooded, _resets.TakeFreed());
            flush = _sender.TryBeginFlush();
        }

        if (flush)
            _sender.Queue();
        if (freed)
            _onSlot();
        return !flooded;
    }

    private async Task CloseIfSilentAsync(long heard)
    {
        await Task.Delay(Http2Liveness.Patience, _time);
        bool silent;
        lock (_sync)
            silent = _liveness.Heard == heard;
        if (silent)
            Close(new(Http2FailureKind.Lost, $"The peer has said nothing for {Http2Liveness.Patience.TotalSeconds} s, not even to a PING."));
    }

    private void OnSent()
    {
        WakeAll();
        _onSlot();
    }

    private void AfterEnd()
    {
        bool done;
        lock (_sync)
            done = _draining && _streams.IsIdle;
        if (done)
            Close(new(Http2FailureKind.Lost, "The connection was retired."), Http2Error.None);
        else
            _onSlot();
    }

    private void WakeAll()
    {
        TaskCompletionSource[] waiters;
        lock (_sync)
            waiters = _sender.UnblockAll();
        foreach (var waiter in waiters)
            waiter.TrySetResult();
    }
}
