using ProtocolGateway.Envelope.Buffers;

namespace ProtocolGateway.Edges.Sockets;

/// <summary>
/// The bytes of a WebSocket, between whose frames pings are put. The framework writes each frame whole, and only one at a time; a pong that comes is its own to pass over.
/// Frames of messages that come together leave together.
/// </summary>
/// <param name="pinger">Looks at it from time to time.</param>
internal abstract class PingedStream(SocketPinger pinger) : Stream
{
    private const byte CloseFrame = 0x88;

    // RFC 6455, section 5.2: the opcodes of control frames have this bit.
    private const byte Control = 0x08;

    // RFC 6455, section 5.5.2: final, opcode 9, nothing in it.
    private static readonly byte[] _ping = [0x89, 0];

    private long _heard = pinger.Now(), _asked, _stuck;
    private int _writing, _writes, _writesBefore;
    private bool _isReading, _isClosed;
    private Task? _pinging;
    private PooledBuffer? _held;

    /// <summary>The next frame is one of a message that another follows without a wait: both may leave in one piece. Of whoever writes.</summary>
    public bool HoldsBack { get; set; }

    /// <summary>Fires when the connection is no more.</summary>
    public abstract CancellationToken Lost { get; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw NotAsked();

    public override long Position
    {
        get => throw NotAsked();
        set => throw NotAsked();
    }

    /// <summary>Ends the connection at once.</summary>
    public abstract void Abort();

    /// <summary>There is something to do: a client to be asked, or to be cut off.</summary>
    public bool IsDue()
    {
        if (Volatile.Read(ref _writing) == 1 && _writes == _writesBefore)
        {
            if (_stuck == 0)
                _stuck = pinger.Now();
        }
        else
        {
            (_stuck, _writesBefore) = (0, _writes);
        }

        // While nobody reads, because a service takes messages slowly, an answer may lie unread.
        if (_asked != 0 && (Volatile.Read(ref _heard) > _asked || !_isReading))
            _asked = 0;
        return IsGone || (_asked == 0 && pinger.Since(Volatile.Read(ref _heard)) >= pinger.Interval);
    }

    /// <summary>Does it.</summary>
    public void PingOrCutOff()
    {
        if (IsGone)
            Abort();
        else if (!_isClosed && Interlocked.CompareExchange(ref _writing, 1, 0) == 0)
            _pinging = PingAsync();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Interlocked.CompareExchange(ref _writing, 1, 0) != 0)
            return EnterAndWriteAsync(buffer, cancellationToken);
        ValueTask sending;
        try
        {
            sending = HoldOrSendAsync(buffer, cancellationToken);
        }
        catch
        {
            Leave();
            throw;
        }

        if (!sending.IsCompleted)
            return LeaveAfterAsync(sending);
        Leave();
        return sending;
    }

    // What is written has been sent, but for what the next message takes with it.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The framework reads and writes as above, and asks nothing else of a stream.
    public override int Read(byte[] buffer, int offset, int count) => throw NotAsked();

    public override void Write(byte[] buffer, int offset, int count) => throw NotAsked();

    public override void Flush() => throw NotAsked();

    public override long Seek(long offset, SeekOrigin origin) => throw NotAsked();

    public override void SetLength(long value) => throw NotAsked();

    /// <summary>Sends bytes, and flushes them: nothing of them is needed any more when that has ended.</summary>
    protected abstract ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>Whoever reads says so before he waits.</summary>
    protected void BeginRead() => _isReading = true;

    /// <summary>Bytes have come.</summary>
    protected void EndRead()
    {
        Volatile.Write(ref _heard, pinger.Now());
        _isReading = false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            pinger.Remove(this);
            _held?.Dispose();
        }

        base.Dispose(disposing);
    }

    // It does not answer, or takes nothing of what is sent to it.
    private bool IsGone => (_asked != 0 && pinger.Since(_asked) >= pinger.Timeout) || (_stuck != 0 && pinger.Since(_stuck) >= pinger.Interval + pinger.Timeout);

    private static NotSupportedException NotAsked() => new();

    private async Task PingAsync()
    {
        _asked = pinger.Now();
        try
        {
            await SendAsync(_ping, CancellationToken.None);
        }
        catch (Exception gone) when (ClientSocket.IsGone(gone) || gone is InvalidOperationException)
        {
            // Whoever reads finds out.
        }
        finally
        {
            Leave();
        }
    }

    private ValueTask HoldOrSendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        var kind = frame.IsEmpty ? (byte)0 : frame.Span[0];
        _isClosed |= kind == CloseFrame;
        var holds = HoldsBack && (kind & Control) == 0 && (_held?.Length ?? 0) + frame.Length <= ClientAnswer.MostHeldBack;
        if (!holds && _held is null)
            return SendAsync(frame, cancel);
        (_held ??= new(ClientAnswer.MostHeldBack)).Write(frame.Span);
        return holds ? default : SendHeldAsync(cancel);
    }

    private async ValueTask SendHeldAsync(CancellationToken cancel)
    {
        using var held = _held!;
        _held = null;
        await SendAsync(held.WrittenMemory, cancel);
    }

    private async ValueTask EnterAndWriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await EnterAsync();
        try
        {
            await HoldOrSendAsync(bytes, cancel);
        }
        finally
        {
            Leave();
        }
    }

    private async ValueTask LeaveAfterAsync(ValueTask sending)
    {
        try
        {
            await sending;
        }
        finally
        {
            Leave();
        }
    }

    // Only a ping is ever in the way.
    private async ValueTask EnterAsync()
    {
        while (Interlocked.CompareExchange(ref _writing, 1, 0) != 0)
        {
            if (_pinging is { IsCompleted: false } pinging)
                await pinging;
            else
                await Task.Yield();
        }
    }

    private void Leave()
    {
        _writes++;
        Volatile.Write(ref _writing, 0);
    }
}
