using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using ProtocolGateway.Load.Running;

namespace ProtocolGateway.Load.Sockets;

/// <summary>A client's WebSocket with as little as one can do with: ten thousand of the framework's would cost more than the gateway that is measured.</summary>
internal abstract class RawSocket : IDisposable
{
    private const int Running = 0, Stalling = 1, Stalled = 2;

    // What a socket ends with where nothing was said; RFC 6455, section 7.4.1.
    private const int Abnormal = 1006;

    // IPPROTO_TCP and TCP_MAXSEG of Linux.
    private const int Tcp = 6, MaxSegment = 2, EthernetSegment = 1460, FarBuffer = 8192;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _sendLock = new();
    private Task _sending = Task.CompletedTask;
    private byte[] _buffer = new byte[2048];
    private int _filled, _state;
    private bool _isOpen;
    private volatile int _closed;

    protected RawSocket() => _receive.Completed += (_, _) =>
    {
        if (Took())
            Receive();
    };

    /// <summary>The close code, when it has ended; 0 before.</summary>
    public int Closed => _closed;

    /// <summary>Opens it.</summary>
    /// <param name="port">The port of this machine.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="isFar">
    /// The kernels keep as little of what this client does not read as they would of one in another place: the segments of this machine's own network
    /// are 64 KiB, and some dozens of them would wait, megabytes, before the gateway knew.
    /// </param>
    public async Task OpenAsync(int port, string target, bool isFar = false)
    {
        if (isFar)
        {
            _socket.ReceiveBufferSize = FarBuffer;
            _socket.SetRawSocketOption(Tcp, MaxSegment, MemoryMarshal.AsBytes<int>([EthernetSegment]));
        }

        await _socket.ConnectAsync(IPAddress.Loopback, port);
        await _socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        Receive();
        await _opened.Task;
    }

    /// <summary>Sends a text.</summary>
    public void Send(ReadOnlySpan<byte> text) => Send(0x81, text);

    /// <summary>Reads no more, until <see cref="Resume"/>.</summary>
    public void Stall() => Interlocked.CompareExchange(ref _state, Stalling, Running);

    /// <summary>Reads on.</summary>
    public void Resume()
    {
        if (Interlocked.Exchange(ref _state, Running) == Stalled)
            Receive();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // A reset: thousands of ports would otherwise be held for a minute.
        try
        {
            _socket.LingerState = new(true, 0);
        }
        catch (SocketException)
        {
            // It has ended already.
        }

        _socket.Dispose();
        _receive.Dispose();
    }

    /// <summary>A message has come; must not wait.</summary>
    protected abstract void Take(ReadOnlySpan<byte> message);

    private void Receive()
    {
        try
        {
            while (Interlocked.CompareExchange(ref _state, Stalled, Stalling) == Running)
            {
                if (_filled == _buffer.Length)
                    Array.Resize(ref _buffer, _buffer.Length * 2);
                _receive.SetBuffer(_buffer, _filled, _buffer.Length - _filled);
                if (_socket.ReceiveAsync(_receive) || !Took())
                    return;
            }
        }
        catch (ObjectDisposedException)
        {
            End(Abnormal);
        }
    }

    // False at the end.
    private bool Took()
    {
        if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
        {
            End(Abnormal);
            return false;
        }

        _filled += _receive.BytesTransferred;
        var taken = 0;
        if (!_isOpen)
            taken = TakeHead();
        while (_isOpen && TryTakeFrame(_buffer.AsSpan(taken, _filled - taken), out var length))
            taken += length;
        if (taken > 0)
            _buffer.AsSpan(taken, _filled - taken).CopyTo(_buffer);
        _filled -= taken;
        return true;
    }

    private int TakeHead()
    {
        var head = _buffer.AsSpan(0, _filled);
        var end = head.IndexOf("\r\n\r\n"u8);
        if (end < 0)
            return 0;
        if (!head.StartsWith("HTTP/1.1 101"u8))
        {
            _opened.TrySetException(new LoadException("The handshake was refused: " + Encoding.ASCII.GetString(head[..head.IndexOf("\r\n"u8)])));
            return _filled;
        }

        _isOpen = true;
        _opened.TrySetResult();
        return end + 4;
    }

    // A server's frame; RFC 6455, section 5.2. Servers mask nothing, and none that is measured here sends a message in pieces.
    private bool TryTakeFrame(ReadOnlySpan<byte> input, out int length)
    {
        length = 0;
        if (input.Length < 2)
            return false;
        var (header, payload) = (2, input[1] & 0x7F);
        if (payload >= 126)
        {
            header = payload == 126 ? 4 : 10;
            if (input.Length < header)
                return false;
            payload = payload == 126 ? BinaryPrimitives.ReadUInt16BigEndian(input[2..]) : checked((int)BinaryPrimitives.ReadUInt64BigEndian(input[2..]));
        }

        length = header + payload;
        if (input.Length < length)
            return false;
        var message = input.Slice(header, payload);
        switch (input[0])
        {
            case 0x81 or 0x82:
                Take(message);
                break;
            case 0x88:
                End(payload >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(message) : 1005);
                Send(0x88, message);
                break;
            case 0x89:
                Send(0x8A, message);
                break;
        }

        return true;
    }

    private void End(int code)
    {
        Interlocked.CompareExchange(ref _closed, code, 0);
        _opened.TrySetException(new LoadException($"A socket was closed in its handshake ({code})."));
    }

    private void Send(byte kind, ReadOnlySpan<byte> payload)
    {
        // The longest is some kilobytes: two bytes of length are enough.
        var header = payload.Length < 126 ? 6 : 8;
        var frame = new byte[header + payload.Length];
        frame[0] = kind;
        frame[1] = (byte)(0x80 | (header == 6 ? payload.Length : 126));
        if (header == 8)
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), checked((ushort)payload.Length));
        // The mask is four zeros, which leaves the payload as it is.
        payload.CopyTo(frame.AsSpan(header));
        lock (_sendLock)
            _sending = SendAsync(_sending, frame);
    }

    private async Task SendAsync(Task before, byte[] frame)
    {
        await before;
        try
        {
            await _socket.SendAsync(frame);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Whoever reads finds out.
        }
    }
}
