namespace ProtocolGateway.Edges.WebSockets.FanIn;

/// <summary>A message that waits for a client.</summary>
/// <param name="Payload">The bytes; all clients of a broadcast share them.</param>
/// <param name="Text">They are text.</param>
/// <param name="Sequence">The service's number of a message for this client alone; 0 for a broadcast.</param>
/// <param name="Group">The group of a broadcast; null for a message for this client alone.</param>
internal readonly record struct Outgoing(ReadOnlyMemory<byte> Payload, bool Text, ulong Sequence, string? Group)
{
    // What an entry takes besides its bytes.
    private const int Overhead = 64;

    /// <summary>What it counts in the queue.</summary>
    public int Size => Payload.Length + Overhead;
}

/// <summary>What waits for one client, in the order in which it goes out. Not thread-safe: its connection holds its lock.</summary>
/// <param name="options">How much may wait, and what becomes of the rest.</param>
/// <param name="budget">What may wait for all.</param>
internal sealed class ClientQueue(FanInOptions options, QueueBudget budget)
{
    // A linked list: what is left out may stand anywhere.
    private readonly LinkedList<Outgoing> _waiting = new();
    private long _bytes;
    private int _alone;

    /// <summary>Nothing waits.</summary>
    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>Broadcasts that were left out since it was told last.</summary>
    public long Missed { get; private set; }

    /// <summary>The broadcasts that were left out, which are told now.</summary>
    public long TakeMissed()
    {
        var missed = Missed;
        Missed = 0;
        return missed;
    }

    /// <summary>Takes a message in; false where the client has to go, because more waits than may.</summary>
    public bool TryAdd(in Outgoing message)
    {
        if (message.Group is { } group && options.SlowConsumer == SlowConsumer.Latest)
            DropOf(group);
        if (!Fits(message) && !(options.SlowConsumer != SlowConsumer.Disconnect && MakeRoom(message)))
        {
            // Nothing that could be left out: a broadcast itself can.
            if (message.Group is null || options.SlowConsumer == SlowConsumer.Disconnect)
                return false;
            Missed++;
            return true;
        }

        _waiting.AddLast(message);
        _bytes += message.Size;
        _alone += message.Group is null ? 1 : 0;
        return true;
    }

    /// <summary>Takes the next one out.</summary>
    public bool TryTake(out Outgoing message)
    {
        message = default;
        if (_waiting.First is not { } first)
            return false;
        message = first.Value;
        Remove(first);
        return true;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _waiting.Clear();
        budget.Return(_bytes);
        (_bytes, _alone) = (0, 0);
    }

    // Takes the budget where it fits. Messages for this client alone may be larger, as the service keeps to its credit; what it sends beyond that is as any other.
    private bool Fits(in Outgoing message) =>
        ((message.Group is null && _alone < options.Credit) || _bytes == 0 || _bytes + message.Size <= options.QueueBytes) && budget.TryTake(message.Size);

    private bool MakeRoom(in Outgoing message)
    {
        for (var at = _waiting.First; at is not null;)
        {
            var next = at.Next;
            if (at.Value.Group is not null)
            {
                Remove(at);
                Missed++;
                if (Fits(message))
                    return true;
            }

            at = next;
        }

        return false;
    }

    private void DropOf(string group)
    {
        for (var at = _waiting.Last; at is not null; at = at.Previous)
        {
            if (at.Value.Group != group)
                continue;
            // There is one at most.
            Remove(at);
            Missed++;
            return;
        }
    }

    private void Remove(LinkedListNode<Outgoing> node)
    {
        _bytes -= node.Value.Size;
        _alone -= node.Value.Group is null ? 1 : 0;
        budget.Return(node.Value.Size);
        _waiting.Remove(node);
    }
}
