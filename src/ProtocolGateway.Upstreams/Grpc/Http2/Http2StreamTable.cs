namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>The streams of one connection (RFC 9113, section 5.1): which run, how many more may, and how they are numbered. Used under the connection's lock.</summary>
/// <param name="resets">Those that were reset, which keep their places for a while.</param>
internal sealed class Http2StreamTable(Http2Resets resets)
{
    private readonly Dictionary<int, Http2Stream> _running = [];
    private int _reserved;
    private int _nextId = 1;

    /// <summary>The streams that run.</summary>
    public Dictionary<int, Http2Stream>.ValueCollection Running => _running.Values;

    /// <summary>None runs, and none is about to be opened.</summary>
    public bool IsIdle => _running.Count == 0 && _reserved == 0;

    /// <summary>There is no identifier left (section 5.1.1).</summary>
    public bool IsUsedUp => _nextId < 0;

    /// <summary>Takes the right to open one stream; false where as many run, are about to, or were reset just now.</summary>
    /// <param name="most">What the peer allows.</param>
    public bool TryReserve(int most)
    {
        if (_reserved + _running.Count + resets.Count >= most)
            return false;
        _reserved++;
        return true;
    }

    /// <summary>Gives back what was reserved, as the stream is opened or will not be.</summary>
    public void Release() => _reserved--;

    /// <summary>Numbers a stream, which runs from now on.</summary>
    public void Add(Http2Stream stream)
    {
        stream.Id = _nextId;
        _nextId += 2;
        _running.Add(stream.Id, stream);
    }

    /// <summary>The stream runs.</summary>
    public bool IsRunning(int id) => _running.ContainsKey(id);

    /// <summary>The stream of a frame; null where it has ended. Wrong is set for one that was never opened.</summary>
    public Http2Stream? Find(int id, out bool wrong)
    {
        wrong = (id & 1) == 0 || (_nextId > 0 && id >= _nextId);
        if (!wrong)
            resets.OnHeard(id);
        return _running.GetValueOrDefault(id);
    }

    /// <summary>The stream has ended; false where it had before.</summary>
    public bool Remove(Http2Stream stream) => _running.Remove(stream.Id);

    /// <summary>The stream was reset, of which the peer does not know yet.</summary>
    public void KeepPlace()
    {
        // Without identifiers left, none is opened any more.
        if (!IsUsedUp)
            resets.Add(_nextId);
    }

    /// <summary>All that run, which have ended with this.</summary>
    public Http2Stream[] RemoveAll()
    {
        Http2Stream[] streams = [.. _running.Values];
        _running.Clear();
        resets.Clear();
        return streams;
    }
}
