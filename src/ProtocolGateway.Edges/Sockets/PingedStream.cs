using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace ProtocolGateway.Edges.Sockets;

/// <summary>
/// The bytes of a WebSocket, between whose frames pings are put. The framework writes each frame whole, and only one at a time; a pong that comes is its own to pass over.
/// </summary>
/// <param name="inner">The connection.</param>
/// <param name="pinger">Looks at it from time to time.</param>
/// <param name="context">The request that opened the socket.</param>
internal sealed class PingedStream(Stream inner, SocketPinger pinger, HttpContext context) : Stream
{
    private const byte CloseFrame = 0x88;

    // RFC 6455, section 5.5.2: final, opcode 9, nothing in it.
    private static readonly byte[] _ping = [0x89, 0];

    private long _heard = pinger.Now(), _asked, _stuck;
    private int _writing, _writes, _writesBefore;
    private bool _isReading, _isClosed;
    private Task? _pinging;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

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
            context.Abort();
        else if (!_isClosed && Interlocked.CompareExchange(ref _writing, 1, 0) == 0)
            _pinging = PingAsync();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _isReading = true;
        var count = await inner.ReadAsync(buffer, cancellationToken);
        Volatile.Write(ref _heard, pinger.Now());
        _isReading = false;
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await EnterAsync();
        try
        {
            _isClosed |= buffer.Length > 0 && buffer.Span[0] == CloseFrame;
            await inner.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await EnterAsync();
        try
        {
            await inner.FlushAsync(cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    // The framework reads and writes as above; whatever else is asked of a connection, that itself answers or refuses.
    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void SetLength(long value) => inner.SetLength(value);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            pinger.Remove(this);
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    // It does not answer, or takes nothing of what is sent to it.
    private bool IsGone => (_asked != 0 && pinger.Since(_asked) >= pinger.Timeout) || (_stuck != 0 && pinger.Since(_stuck) >= pinger.Interval + pinger.Timeout);

    private async Task PingAsync()
    {
        _asked = pinger.Now();
        try
        {
            await inner.WriteAsync(_ping);
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
