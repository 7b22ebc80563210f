namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>One operation that a client began on a socket.</summary>
/// <param name="id">Its id.</param>
/// <param name="message">The message that began it; its memory is the operation's until it ends.</param>
/// <param name="gone">Fires when the socket has ended.</param>
internal sealed class SocketOperation(string id, PooledBuffer message, CancellationToken gone) : IDisposable
{
    private readonly CancellationTokenSource _cancel = CancellationTokenSource.CreateLinkedTokenSource(gone);

    public string Id => id;

    /// <summary>Fires when the client completes the operation or has gone: what runs for it ends.</summary>
    public CancellationToken Cancelled => _cancel.Token;

    /// <summary>Neither a result nor an end is sent any more: it has ended, or its client wants no more of it.</summary>
    public bool IsOver { get; set; }

    /// <summary>It is known to be a stream, and so has no end to wait for at shutdown.</summary>
    public bool IsStream { get; set; }

    /// <summary>The client wants no more of it.</summary>
    public void Cancel()
    {
        // Its id may soon be another operation's, so what is on its way for this one stops here.
        IsOver = true;
        try
        {
            _cancel.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself at the same time.
        }
    }

    public void Dispose()
    {
        _cancel.Dispose();
        message.Dispose();
    }
}
