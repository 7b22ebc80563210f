using System.Net.WebSockets;

namespace ProtocolGateway.Edges.Sockets;

/// <summary>What came from a socket.</summary>
internal enum SocketInput
{
    /// <summary>A whole text message.</summary>
    Text,

    /// <summary>A whole binary message.</summary>
    Binary,

    /// <summary>The client has closed.</summary>
    Closed,

    /// <summary>A message is larger than is allowed.</summary>
    TooLarge,
}

/// <summary>
/// One WebSocket of a client. Whoever sends waits until the connection has taken the bytes, and so does the stream that the bytes come from: a client that
/// reads slowly slows the backend. However it ends, the close frame is sent first, then <see cref="Gone"/> fires.
/// </summary>
/// <param name="socket">The socket, open; it is disposed of with this.</param>
/// <param name="stream">Its bytes.</param>
/// <param name="options">What holds for it.</param>
internal sealed class ClientSocket(WebSocket socket, PingedStream stream, SocketOptions options) : IAsyncDisposable
{
    // What a client may take to answer our close frame; one that takes longer is cut off.
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(5);

    // What a client may take to read what is sent to it: as long as a proxy usually leaves a silent connection. One that reads nothing is cut off, and lets go
    // of the backend that waits for it.
    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(60);

    // A message that has begun must go on: what Kestrel asks of the bodies of requests (240 bytes a second), looked at every half minute. Else clients that
    // begin large messages and never end them would hold the gateway's memory.
    private static readonly TimeSpan PaceInterval = TimeSpan.FromSeconds(30);
    private const int PacedBytes = 30 * 240;

    private const int PieceSize = 4096;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _closing = new();
    private CancellationTokenSource? _gone;
    private ITimer? _patience;
    private Task? _close;
    private bool _isSilent;
    private int _read, _readBefore;

    /// <summary>Fires when the socket is about to end: what still runs for it alone ends too.</summary>
    public CancellationToken Gone
    {
        get
        {
            // Most sockets have nobody who asks.
            lock (_closing)
                return (_gone ??= new()).Token;
        }
    }

    /// <summary>Fires when the connection is no more.</summary>
    public CancellationToken Lost => stream.Lost;

    /// <summary>The code and reason with which the client closed; null while it has not.</summary>
    public SocketClose? ClosedByClient { get; private set; }

    /// <summary>Why this side closes; null while it does not.</summary>
    public SocketClose? Closing { get; private set; }

    /// <summary>A close has begun.</summary>
    public bool IsClosing
    {
        get
        {
            lock (_closing)
                return _close is not null;
        }
    }

    /// <summary>The exceptions by which a connection tells that it is no more.</summary>
    public static bool IsGone(Exception e) => e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException;

    /// <summary>An exception of <see cref="ReadAsync"/> only tells that the client broke off, or was cut off.</summary>
    public bool IsEnd(Exception e) => IsGone(e) || socket.State is WebSocketState.Aborted or WebSocketState.Closed;

    /// <summary>Reads the next message. While none comes, no memory is held for it.</summary>
    /// <param name="into">Takes the message; empty.</param>
    public async ValueTask<SocketInput> ReadAsync(PooledBuffer into)
    {
        var piece = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        return IsWhole(piece, into, out var input) ? input : await ReadRestAsync(into);
    }

    /// <summary>Waits for the right to send; <see cref="Leave"/> gives it back.</summary>
    public Task EnterAsync() => _writing.WaitAsync();

    /// <summary>Gives the right to send back.</summary>
    public void Leave() => _writing.Release();

    /// <summary>Sends a message for the one who has entered; nothing once the close frame is out.</summary>
    /// <param name="message">The message.</param>
    /// <param name="text">It is a text.</param>
    /// <param name="moreAtHand">Another one, or the close, follows without a wait: it may leave with that.</param>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> message, bool text, bool moreAtHand = false)
    {
        if (_isSilent)
            return default;
        stream.HoldsBack = moreAtHand;
        var sending = socket.SendAsync(message, text ? WebSocketMessageType.Text : WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        return sending.IsCompleted ? sending : WaitForAsync(sending);
    }

    /// <summary>Sends a message.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, bool text)
    {
        await EnterAsync();
        try
        {
            await WriteAsync(message, text);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Closes the socket; the first reason counts. What the client still sends is to be read, and passed over, until it has closed too.</summary>
    public Task CloseAsync(SocketClose close)
    {
        lock (_closing)
        {
            if (_close is null)
                Closing = close;
            return _close ??= SendCloseAsync(close);
        }
    }

    /// <summary>Reads what the client still sends, and passes over it, until it has closed.</summary>
    public async Task PassOverAsync()
    {
        using var bytes = new PooledBuffer();
        while (ClosedByClient is null)
        {
            bytes.Clear();
            await ReadAsync(bytes);
        }
    }

    /// <summary>Ends the connection at once.</summary>
    public void CutOff()
    {
        socket.Abort();
        stream.Abort();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Task close;
        lock (_closing)
            close = _close ??= Task.CompletedTask;
        await close;
        await FireGoneAsync();
        if (socket.State != WebSocketState.Closed)
        {
            // A frame that breaks the protocol is answered with the close frame by the socket itself, which the cut would overtake.
            if (!Lost.IsCancellationRequested)
                await Task.Delay(ClientAnswer.BeforeAbort, options.Time);
            // Releases whoever still sends to a client that does not read.
            CutOff();
        }

        socket.Dispose();
        if (_patience is not null)
            await _patience.DisposeAsync();
    }

    private Task FireGoneAsync()
    {
        lock (_closing)
            return (_gone ??= new()).CancelAsync();
    }

    private async ValueTask WaitForAsync(ValueTask sending)
    {
        await using var patience = options.Time.CreateTimer(static self => ((ClientSocket)self!).CutOff(), this, SendPatience, Timeout.InfiniteTimeSpan);
        await sending;
    }

    private async ValueTask<SocketInput> ReadRestAsync(PooledBuffer into)
    {
        ITimer? pace = null;
        try
        {
            while (true)
            {
                var next = socket.ReceiveAsync(into.GetMemory(PieceSize), CancellationToken.None);
                if (!next.IsCompleted)
                    pace ??= WatchPace();
                var piece = await next;
                into.Advance(piece.Count);
                Volatile.Write(ref _read, into.Length);
                if (IsWhole(piece, into, out var input))
                    return input;
            }
        }
        finally
        {
            pace?.Dispose();
        }
    }

    private bool IsWhole(ValueWebSocketReceiveResult piece, PooledBuffer into, out SocketInput input)
    {
        input = piece.MessageType == WebSocketMessageType.Text ? SocketInput.Text : SocketInput.Binary;
        if (piece.MessageType == WebSocketMessageType.Close)
        {
            ClosedByClient = new((int)(socket.CloseStatus ?? WebSocketCloseStatus.NormalClosure), socket.CloseStatusDescription ?? "");
            input = SocketInput.Closed;
        }
        else if (into.Length > options.MaxBytes)
        {
            input = SocketInput.TooLarge;
        }
        else
        {
            return piece.EndOfMessage;
        }

        return true;
    }

    private ITimer WatchPace()
    {
        _readBefore = 0;
        return options.Time.CreateTimer(static self => ((ClientSocket)self!).LookAtPace(), this, PaceInterval, PaceInterval);
    }

    private void LookAtPace()
    {
        var read = Volatile.Read(ref _read);
        if (read - _readBefore < PacedBytes)
            _ = CloseAsync(SocketClose.TooSlow);
        _readBefore = read;
    }

    private async Task SendCloseAsync(SocketClose close)
    {
        // Off the caller's stack, who holds the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        _patience = options.Time.CreateTimer(static self => ((ClientSocket)self!).CutOff(), this, ClosePatience, Timeout.InfiniteTimeSpan);
        var cancelled = FireGoneAsync();
        await EnterAsync();
        try
        {
            _isSilent = true;
            await socket.CloseOutputAsync((WebSocketCloseStatus)close.Code, close.Reason, CancellationToken.None);
        }
        catch (Exception gone) when (IsGone(gone))
        {
            // It has been closed already, the hard way.
        }
        finally
        {
            Leave();
        }

        await cancelled;
    }
}
