namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>
/// The streams that we have reset and of which the peer may not have heard yet. Each keeps its place among those that run until the peer has read that far, as
/// servers close connections whose streams come and go faster than they can follow (CVE-2023-44487), and with it the calls of everybody else. The sign is a frame of a
/// stream that was opened later; a PING would be a surer one, but gRPC servers count those. Used under the connection's lock.
/// </summary>
/// <param name="sync">The connection's lock.</param>
/// <param name="time">The clock.</param>
/// <param name="onFreed">Called without the lock when time has freed places.</param>
internal sealed class Http2Resets(Lock sync, TimeProvider time, Action onFreed)
{
    /// <summary>How long a place is kept where the peer gives no sign. So one connection of the usual 100 streams never resets more than 100 a second before a silent peer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Queue<(int NextId, long At)> _waiting = new();
    private bool _expires, _freed;

    /// <summary>How many places are kept.</summary>
    public int Count => _waiting.Count;

    /// <summary>A stream has been reset.</summary>
    /// <param name="nextId">The identifier of the stream that is opened next.</param>
    public void Add(int nextId)
    {
        _waiting.Enqueue((nextId, time.GetTimestamp()));
        if (_expires)
            return;
        _expires = true;
        _ = ExpireAsync();
    }

    /// <summary>The peer has answered on a stream, and so has read all that was sent before that was opened.</summary>
    public void OnHeard(int streamId)
    {
        while (_waiting.TryPeek(out var oldest) && oldest.NextId <= streamId)
        {
            _waiting.Dequeue();
            _freed = true;
        }
    }

    /// <summary>True once after places have been freed by what was heard.</summary>
    public bool TakeFreed()
    {
        var freed = _freed;
        _freed = false;
        return freed;
    }

    /// <summary>The connection is no more.</summary>
    public void Clear() => _waiting.Clear();

    private async Task ExpireAsync()
    {
        while (true)
        {
            await Task.Delay(Patience, time).ConfigureAwait(ConfigureAwaitOptions.None);
            lock (sync)
            {
                while (_waiting.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= Patience)
                    _waiting.Dequeue();
                _expires = _waiting.Count > 0;
                if (!_expires)
                    break;
            }

            onFreed();
        }

        onFreed();
    }
}
