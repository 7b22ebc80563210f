namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>The operations of one socket. An id is free again once the client has completed it, but what still ends for it counts towards the limit.</summary>
internal sealed class SocketOperations(int limit)
{
    private readonly Dictionary<string, SocketOperation> _byId = new(StringComparer.Ordinal);
    private readonly HashSet<SocketOperation> _running = [];
    private readonly Lock _lock = new();
    private TaskCompletionSource? _none;
    private bool _isSealed;

    /// <summary>No more are taken in.</summary>
    public bool IsSealed
    {
        get
        {
            lock (_lock)
                return _isSealed;
        }
    }

    /// <summary>Takes no more in from now on, if nothing runs.</summary>
    /// <param name="passOverStreams">Streams do not count: they have no end to wait for.</param>
    /// <returns>True for the first call that found it so.</returns>
    public bool TrySeal(bool passOverStreams)
    {
        lock (_lock)
        {
            if (_isSealed || (passOverStreams ? _running.Any(static o => !o.IsStream) : _running.Count > 0))
                return false;
            return _isSealed = true;
        }
    }

    /// <summary>The id is in use.</summary>
    public bool Contains(string id)
    {
        lock (_lock)
            return _byId.ContainsKey(id);
    }

    /// <summary>Takes an operation in; false where there are too many, or where no more are taken.</summary>
    public bool TryAdd(SocketOperation operation)
    {
        lock (_lock)
        {
            if (_isSealed || _running.Count >= limit)
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
