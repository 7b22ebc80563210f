namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>The operations of one socket. An id is free again once the client has completed it, but what still ends for it counts towards the limit.</summary>
internal sealed class SocketOperations(int limit)
{
    private readonly Dictionary<string, SocketOperation> _byId = new(StringComparer.Ordinal);
    private readonly HashSet<SocketOperation> _running = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource? _none;

    /// <summary>Nothing runs.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
                return _running.Count == 0;
        }
    }

    /// <summary>Nothing runs but streams, which have no end to wait for.</summary>
    public bool HasOnlyStreams
    {
        get
        {
            lock (_lock)
                return _running.All(static o => o.IsStream);
        }
    }

    /// <summary>The id is in use.</summary>
    public bool Contains(string id)
    {
        lock (_lock)
            return _byId.ContainsKey(id);
    }

    /// <summary>Takes an operation in; false where there are too many.</summary>
    public bool TryAdd(SocketOperation operation)
    {
        lock (_lock)
        {
            if (_running.Count >= limit)
                return false;
            _byId.Add(operation.Id, operation);
            _running.Add(operation);
            return true;
        }
    }

    /// <summary>The client completes an operation; null where there is none of that id.</summary>
    public SocketOperation? Complete(string id)
    {
        lock (_lock)
        {
            _byId.Remove(id, out var operation);
            return operation;
        }
    }

    /// <summary>Nothing is sent for the operation any more: its id is free.</summary>
    public void Free(SocketOperation operation)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(operation.Id, out var known) && known == operation)
                _byId.Remove(operation.Id);
        }
    }

    /// <summary>Nothing runs for the operation any more.</summary>
    public void Remove(SocketOperation operation)
    {
        lock (_lock)
        {
            _running.Remove(operation);
            if (_running.Count == 0)
                _none?.TrySetResult();
        }
    }

    /// <summary>Ends when nothing runs.</summary>
    public Task WhenNoneAsync()
    {
        lock (_lock)
        {
            if (_running.Count == 0)
                return Task.CompletedTask;
            _none ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _none.Task;
        }
    }
}
