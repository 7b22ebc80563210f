using System.Threading.Tasks.Sources;

namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>
/// One exchange. The connection's reader puts in what comes; one consumer waits for it and takes it out. What the consumer has not taken counts against
/// the stream's window, so that a slow consumer slows the peer down.
/// </summary>
internal sealed class Http2Stream(Http2Connection connection) : IValueTaskSource<bool>, IThreadPoolWorkItem, IDisposable
{
    // 100 and 103 come once or twice; a peer that sends them without end has nothing to say.
    private const int MostInterim = 16;

    private readonly Lock _gate = new();

    // Continuations run where SetResult is called: on the thread pool, in Execute.
    private ManualResetValueTaskSourceCore<bool> _signal;
    private HeaderBlock? _head;
    private HeaderBlock? _trailers;
    private PooledBuffer? _incoming;
    private PooledBuffer? _current;
    private int _taken;
    private Wait _wait;
    private bool _waiting;
    private int _wanted;
    private int _uncredited;
    private int _interim;
    private bool _ended;
    private bool _disposed;

    private enum Wait
    {
        None,
        Head,
        Body,
    }

    /// <summary>Its number; set when it is opened.</summary>
    public int Id { get; set; }

    /// <summary>How often the peer had been heard when it was opened; the connection's lock guards it.</summary>
    public long HeardBefore { get; set; }

    /// <summary>How much may still be sent; the connection's lock guards it.</summary>
    public long SendWindow { get; set; }

    /// <summary>Who waits until more may be sent; the connection's lock guards it.</summary>
    public TaskCompletionSource? SendWaiter { get; set; }

    /// <summary>All of the request is sent; the connection's lock guards it.</summary>
    public bool SentEnd { get; set; }

    /// <summary>The final head, once <see cref="WaitForHeadAsync"/> has said true.</summary>
    public HeaderBlock Head => _head!;

    /// <summary>The trailers, after the end; null where there were none.</summary>
    public HeaderBlock? Trailers => _trailers;

    /// <summary>Why it failed; null while it has not.</summary>
    public Http2Failure? Failure { get; private set; }

    /// <summary>The end has come with the head: there is no body and there are no trailers.</summary>
    public bool HeadWasAll { get; private set; }

    /// <summary>The bytes of the body that are at hand; valid until the next wait or <see cref="Consume"/>.</summary>
    public ReadOnlyMemory<byte> Buffered => _current is null ? default : _current.WrittenMemory[_taken..];

    /// <summary>Waits for the head; false where the stream failed before.</summary>
    public ValueTask<bool> WaitForHeadAsync() => WaitAsync(Wait.Head, 0);

    /// <summary>Waits until that many bytes are <see cref="Buffered"/>; false where the body ended, or failed, with fewer.</summary>
    public ValueTask<bool> WaitForBodyAsync(int count)
    {
        if (_current is not null && _current.Length - _taken >= count)
            return new(true);
        return WaitAsync(Wait.Body, count);
    }

    /// <summary>Marks bytes at the begin of <see cref="Buffered"/> as done with.</summary>
    public void Consume(int count) => _taken += count;

    /// <summary>Ends it from our side; whoever waits is told. Safe from any thread, any number of times.</summary>
    public void Cancel() => connection.Cancel(this);

    /// <summary>Resets the stream if it still runs, and gives its buffers back. The consumer's last word.</summary>
    public void Dispose()
    {
        connection.Cancel(this);
        lock (_gate)
        {
            _disposed = true;
            _incoming?.Dispose();
            _current?.Dispose();
            _incoming = _current = null;
        }
    }

    /// <summary>A header block has come.</summary>
    /// <returns>True where the consumer must be told by <see cref="Execute"/>; wrong is set where the peer broke the rules.</returns>
    public bool OnHeaders(HeaderBlock block, bool end, out string? wrong)
    {
        lock (_gate)
        {
            wrong = _ended ? null : Check(block, end);
            if (_ended || wrong is not null)
                return false;
            if (block.Status is >= 100 and < 200)
                return false;
            if (_head is null)
                _head = block;
            else
                _trailers = block;
            HeadWasAll = end && _trailers is null;
            _ended = end;
            return Satisfied();
        }
    }

    /// <summary>A piece of the body has come.</summary>
    /// <param name="data">The piece.</param>
    /// <param name="flowBytes">What it counts against the window, padding included.</param>
    /// <param name="end">Nothing follows.</param>
    /// <param name="credit">How much the window is to be opened; 0 for not yet.</param>
    /// <param name="wrong">What rule the peer broke.</param>
    /// <returns>True where the consumer must be told by <see cref="Execute"/>.</returns>
    public bool OnData(ReadOnlySpan<byte> data, int flowBytes, bool end, out int credit, out string? wrong)
    {
        credit = 0;
        wrong = null;
        lock (_gate)
        {
            if (_ended || _disposed)
                return false;
            if (_head is null)
                wrong = "A body came before the head.";
            else if ((_uncredited += flowBytes) > Http2Connection.StreamWindow)
                wrong = "More came than the window allows.";
            if (wrong is not null)
                return false;
            if (!data.IsEmpty)
            {
                _incoming ??= new PooledBuffer(data.Length);
                data.CopyTo(_incoming.GetSpan(data.Length));
                _incoming.Advance(data.Length);
            }

            _ended = end;
            // A consumer that still waits gets it even where it is more than the window holds: it has judged the message's length. One that only
            // has to be told does not wait any more; what comes before it takes this is held back by the window.
            if (!end && _waiting && !IsSatisfied())
                credit = TakeCredit();
            return Satisfied();
        }
    }

    /// <summary>The stream has failed.</summary>
    /// <returns>True where the consumer must be told by <see cref="Execute"/>.</returns>
    public bool OnFailure(Http2Failure failure)
    {
        lock (_gate)
        {
            if (_ended)
                return false;
            Failure = failure;
            _ended = true;
            return Satisfied();
        }
    }

    /// <summary>Tells the consumer.</summary>
    public void Execute() => _signal.SetResult(true);

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _signal.GetResult(token);
        lock (_gate)
            return Outcome();
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _signal.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _signal.OnCompleted(continuation, state, token, flags);

    private ValueTask<bool> WaitAsync(Wait wait, int wanted)
    {
        var credit = 0;
        ValueTask<bool> result;
        lock (_gate)
        {
            (_wait, _wanted) = (wait, wanted);
            if (wait == Wait.Body)
                TakeIncoming();
            if (!_ended)
                credit = TakeCredit();
            if (IsSatisfied())
            {
                result = new(Outcome());
            }
            else
            {
                _signal.Reset();
                _waiting = true;
                result = new(this, _signal.Version);
            }
        }

        if (credit > 0)
            connection.Credit(Id, credit);
        return result;
    }

    private void TakeIncoming()
    {
        if (_incoming is null || _incoming.Length == 0)
            return;
        if (_current is null || _taken == _current.Length)
        {
            (_current, _incoming) = (_incoming, _current);
            _incoming?.Truncate(0);
            _taken = 0;
            return;
        }

        if (_taken > 0)
        {
            var rest = _current.Length - _taken;
            _current.WrittenMemory[_taken..].CopyTo(_current.WrittenMemory);
            _current.Truncate(rest);
            _taken = 0;
        }

        _incoming.WrittenSpan.CopyTo(_current.GetSpan(_incoming.Length));
        _current.Advance(_incoming.Length);
        _incoming.Truncate(0);
    }

    // Half a window at a time: an update for each piece would cost as much as the piece.
    private int TakeCredit()
    {
        var held = _wait == Wait.Body ? 0 : _incoming?.Length ?? 0;
        var credit = _uncredited - held;
        if (credit < Http2Connection.StreamWindow / 2)
            return 0;
        _uncredited -= credit;
        return credit;
    }

    // True once for each wait.
    private bool Satisfied()
    {
        if (!_waiting || !IsSatisfied())
            return false;
        _waiting = false;
        return true;
    }

    private bool IsSatisfied() => _wait switch
    {
        Wait.Head => _head is not null || _ended,
        Wait.Body => Available() >= _wanted || _ended,
        _ => false,
    };

    // Called once for each wait, by its consumer.
    private bool Outcome()
    {
        var wait = _wait;
        _wait = Wait.None;
        if (wait == Wait.Head)
            return _head is not null;
        TakeIncoming();
        return Available() >= _wanted;
    }

    private int Available() => (_current is null ? 0 : _current.Length - _taken) + (_incoming?.Length ?? 0);

    // RFC 9113, section 8.1.
    private string? Check(HeaderBlock block, bool end)
    {
        if (block.Wrong is not null)
            return block.Wrong;
        if (_head is not null)
            return block.Status != 0 ? "Trailers have a status." : end ? null : "A second head came.";
        if (block.Status == 0)
            return "The head has no status.";
        if (block.Status >= 200)
            return null;
        // Section 8.6; whoever would wait for more waited for ever.
        if (block.Status == 101)
            return "The peer switches protocols, which HTTP/2 does not know.";
        return end ? "The answer ended with an interim head." : ++_interim > MostInterim ? "Too many interim answers." : null;
    }
}

