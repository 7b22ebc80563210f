namespace ProtocolGateway.Edges.WebSockets.FanIn;

/// <summary>
/// How many broadcasts were left out for one client, and how many of them the service has shown to know of: a Gap that is under way when its stream is lost is told again.
/// Not thread-safe: its connection holds its lock.
/// </summary>
internal sealed class MissedCount
{
    private ulong _lastBefore;

    /// <summary>What the service was told, in all.</summary>
    public ulong Total { get; private set; }

    /// <summary>What the service has shown to know.</summary>
    public ulong Known { get; private set; }

    /// <summary>What it was told and may not know.</summary>
    public ulong Unknown => Total - Known;

    /// <summary>It is told of more.</summary>
    /// <param name="missed">How many.</param>
    /// <param name="last">The sequence of the client's last message: what comes after it comes after the Gap.</param>
    public void Tell(long missed, ulong last)
    {
        Total += (ulong)missed;
        _lastBefore = last;
    }

    /// <summary>It has taken the client's messages up to a sequence, and says what it knows.</summary>
    public void Acknowledge(ulong sequence, ulong known)
    {
        if (sequence > _lastBefore)
            Known = Total;
        Known = Math.Max(Known, Math.Min(known, Total));
    }

    /// <summary>It has answered a Connect, which says all.</summary>
    /// <param name="total">What was told by then.</param>
    public void Accepted(ulong total) => Known = Math.Max(Known, total);
}
