namespace ProtocolGateway.Edges.WebSockets.FanIn;

/// <summary>
/// The messages of one client that the service has not acknowledged: what is sent again where its stream is lost. A client that sends more than the service
/// takes waits. Not thread-safe: its connection holds its lock.
/// </summary>
/// <param name="maxBytes">The most bytes, besides one message.</param>
/// <param name="budget">What may be kept of all.</param>
internal sealed class ClientWindow(int maxBytes, QueueBudget budget)
{
    private readonly Queue<(byte[] Payload, bool Text)> _kept = new();
    private long _bytes;

    /// <summary>How many may be kept.</summary>
    public uint Credit { get; set; }

    /// <summary>The sequence of the last message.</summary>
    public ulong Last { get; private set; }

    /// <summary>The sequence of the last one that was acknowledged.</summary>
    public ulong Acknowledged => Last - (ulong)_kept.Count;

    /// <summary>Another message may be taken.</summary>
    public bool HasRoom => _kept.Count < Credit && _bytes < maxBytes;

    /// <summary>The kept messages, oldest first.</summary>
    public IEnumerable<(byte[] Payload, bool Text)> Kept => _kept;

    /// <summary>Keeps a message.</summary>
    public void Add(byte[] payload, bool text)
    {
        budget.Charge(payload.Length);
        _kept.Enqueue((payload, text));
        _bytes += payload.Length;
        Last++;
    }

    /// <summary>The service has taken all up to this one; false for what it cannot have taken.</summary>
    public bool TryAcknowledge(ulong sequence)
    {
        if (sequence > Last)
            return false;
        while (Acknowledged < sequence)
        {
            var length = _kept.Dequeue().Payload.Length;
            _bytes -= length;
            budget.Return(length);
        }

        return true;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _kept.Clear();
        budget.Return(_bytes);
        _bytes = 0;
    }
}
