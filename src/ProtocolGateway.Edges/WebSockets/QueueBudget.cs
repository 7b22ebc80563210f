namespace ProtocolGateway.Edges.WebSockets;

/// <summary>The bytes that may wait for clients, or be kept for them, in all: so that many slow ones together cannot take the memory that each alone may.</summary>
/// <param name="limit">In bytes.</param>
internal sealed class QueueBudget(long limit)
{
    private long _used;

    /// <summary>How many are taken.</summary>
    public long Used => Interlocked.Read(ref _used);

    /// <summary>Takes bytes; false where they are not there.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= limit)
            return true;
        Interlocked.Add(ref _used, -bytes);
        return false;
    }

    /// <summary>More may be taken.</summary>
    public bool HasRoom => Used < limit;

    /// <summary>Takes bytes, be they there or not: those of what is here already.</summary>
    public void Charge(long bytes) => Interlocked.Add(ref _used, bytes);

    /// <summary>Gives bytes back.</summary>
    public void Return(long bytes) => Interlocked.Add(ref _used, -bytes);
}
