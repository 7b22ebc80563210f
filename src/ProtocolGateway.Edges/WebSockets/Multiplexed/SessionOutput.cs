using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Edges.WebSockets.Multiplexed.Frames;

namespace ProtocolGateway.Edges.WebSockets.Multiplexed;

/// <summary>
/// Sends the frames of one session, one at a time. Whoever sends waits until the connection has taken the bytes. Where the session is resumable, frames are
/// kept until the client has them, and those that are sent while there is no connection wait for the next one.
/// </summary>
/// <param name="form">How frames are written.</param>
/// <param name="log">Keeps frames; null where the session is not resumable.</param>
internal sealed class SessionOutput(FrameForm form, ReplayLog? log) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private volatile ClientSocket? _socket;

    /// <summary>How frames are written.</summary>
    public FrameForm Form => form;

    /// <summary>The frame that is being made; for the one who has entered.</summary>
    public PooledBuffer Frame { get; } = new();

    /// <summary>The connection; null where there is none.</summary>
    public ClientSocket? Socket => _socket;

    /// <summary>
    /// Waits for the right to send a counted frame, of which there may be no more than can be kept. For calls alone: room comes when the client's frames are
    /// read, so whoever reads them must never wait for it.
    /// </summary>
    public async ValueTask EnterAsync()
    {
        while (true)
        {
            await _writing.WaitAsync();
            if (log is null || log.HasRoom)
                return;
            _writing.Release();
            await log.RoomAsync();
        }
    }

    /// <summary>Waits for the right to send a frame, whether there is room to keep it or not.</summary>
    public Task EnterAnywayAsync() => _writing.WaitAsync();

    /// <summary>Gives the right to send back, and the frame's memory.</summary>
    public void Leave()
    {
        Frame.Dispose();
        _writing.Release();
    }

    /// <summary>Sends the frame that was made. A connection that is gone is no error: whoever reads from it finds out.</summary>
    public async ValueTask SendAsync(bool counted)
    {
        if (counted)
            log?.Add(Frame.WrittenSpan);
        if (_socket is not { } socket)
            return;
        try
        {
            await socket.SendAsync(Frame.WrittenMemory, form.IsText);
        }
        catch (Exception gone) when (ClientSocket.IsGone(gone))
        {
            // The frame is kept, or the session ends with its connection.
        }
    }

    /// <summary>Sends a frame that waits for no room: one that only concerns the connection, or one that its client has asked for.</summary>
    public async ValueTask SendAsync<T>(T state, Action<FrameForm, PooledBuffer, T> write, bool counted)
    {
        await EnterAnywayAsync();
        try
        {
            write(form, Frame, state);
            await SendAsync(counted);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Goes on with a connection: the first frame on it, and then those that the client lacks.</summary>
    public async ValueTask AttachAsync(ClientSocket socket, SessionNote note, WebSocketEdgeOptions options)
    {
        await EnterAnywayAsync();
        try
        {
            _socket = socket;
            form.Welcome(Frame, note, options);
            await SendAsync(counted: false);
            foreach (var frame in note.Resumed ? log!.Frames : [])
                await socket.SendAsync(frame, form.IsText);
        }
        catch (Exception gone) when (ClientSocket.IsGone(gone))
        {
            // As above.
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>The connection is lost.</summary>
    public void Detach(ClientSocket socket)
    {
        if (_socket == socket)
            _socket = null;
    }

    /// <inheritdoc />
    public void Dispose() => Frame.Dispose();
}
