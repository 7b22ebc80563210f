namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>
/// Whether the peer is still there. TCP alone finds a peer that has gone only after a quarter of an hour where bytes wait to be acknowledged, and one that
/// does not read never. So when a call is given up and nothing at all was heard since it began, the peer is asked by PING. Used under the connection's lock.
/// </summary>
internal sealed class Http2Liveness
{
    /// <summary>How long the peer may take to say anything. 10 s: a pause of a garbage collector or a lost segment is over by then.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // gRPC servers close connections that ask more often than they are sent HEADERS or DATA ("too_many_pings").
    private bool _mayAsk = true;

    /// <summary>How often the peer was heard.</summary>
    public long Heard { get; private set; }

    /// <summary>Something has come.</summary>
    public void OnInput() => Heard++;

    /// <summary>HEADERS or DATA have come.</summary>
    public void OnAnswer() => _mayAsk = true;

    /// <summary>A stream is given up.</summary>
    /// <param name="heardBefore"><see cref="Heard"/> when it was opened.</param>
    /// <returns>True where the peer is to be asked, and looked at after <see cref="Patience"/>.</returns>
    public bool TryAsk(long heardBefore)
    {
        if (!_mayAsk || heardBefore != Heard)
            return false;
        _mayAsk = false;
        return true;
    }
}
