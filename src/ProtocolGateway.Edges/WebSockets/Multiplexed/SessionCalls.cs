namespace ProtocolGateway.Edges.WebSockets.Multiplexed;

/// <summary>The calls of one session. A call is known by its id until its end is sent; what still runs for it counts towards the limit.</summary>
/// <param name="limit">The most calls at a time.</param>
internal sealed class SessionCalls(int limit)
{
    private readonly Lock _lock = new();
    private Dictionary<uint, MultiplexedCall>? _open;
    private TaskCompletionSource? _none;
    private int _running, _streams;
    private uint _lastId;

    /// <summary>Takes an id in use; false unless it is greater than each before: so what is still on its way for one call is never taken for another's.</summary>
    public bool TryUse(uint id)
    {
        if (id <= _lastId)
            return false;
        _lastId = id;
        return true;
    }

    /// <summary>An id was used before.</summary>
    public bool WasUsed(uint id) => id != 0 && id <= _lastId;

    /// <summary>Takes a call in; false where there are too many.</summary>
    public bool TryAdd(MultiplexedCall call)
    {
        lock (_lock)
        {
            if (_running >= limit)
                return false;
            (_open ??= []).Add(call.Id, call);
            _running++;
            _streams += call.Target.StreamsAnswer ? 1 : 0;
            return true;
        }
    }

    /// <summary>The call of that id; null where there is none, or none any more.</summary>
    public MultiplexedCall? Find(uint id)
    {
        lock (_lock)
            return _open?.GetValueOrDefault(id);
    }

    /// <summary>Nothing is sent for a call any more.</summary>
    /// <returns>The call; null where it was forgotten before.</returns>
    public MultiplexedCall? Forget(uint id)
    {
        lock (_lock)
        {
            MultiplexedCall? call = null;
            _open?.Remove(id, out call);
            return call;
        }
    }

    /// <summary>Nothing runs for a call any more.</summary>
    public void End(MultiplexedCall call)
    {
        lock (_lock)
        {
            _running--;
            _streams -= call.Target.StreamsAnswer ? 1 : 0;
            if (_running == 0)
                _none?.TrySetResult();
        }
    }

    /// <summary>Nothing runs.</summary>
    /// <param name="passOverStreams">Streams do not count: they have no end to wait for.</param>
    public bool IsIdle(bool passOverStreams)
    {
        lock (_lock)
            return passOverStreams ? _running == _streams : _running == 0;
    }

    /// <summary>Ends when nothing runs.</summary>
    public Task WhenNoneAsync()
    {
        lock (_lock)
        {
            if (_running == 0)
                return Task.CompletedTask;
            _none ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _none.Task;
        }
    }

    /// <summary>The calls whose request has not come.</summary>
    public List<MultiplexedCall> NotBegun()
    {
        lock (_lock)
            return _open?.Values.Where(static c => !c.HasBegun).ToList() ?? [];
    }

    /// <summary>Lets all who wait for credit go on.</summary>
    public void Release()
    {
        lock (_lock)
        {
            foreach (var call in _open?.Values ?? Enumerable.Empty<MultiplexedCall>())
                call.Credit.Open();
        }
    }
}
