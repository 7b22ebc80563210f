namespace ProtocolGateway.Edges.WebSockets.FanIn;

/// <summary>A connection's part in a group.</summary>
/// <param name="connection">The connection.</param>
/// <param name="offset">What it has.</param>
internal sealed class Membership(FanInConnection connection, ulong offset)
{
    public FanInConnection Connection => connection;

    /// <summary>The offset of the last message of the group that was put in the connection's queue.</summary>
    public ulong Offset { get; set; } = offset;
}

/// <summary>The connections of one stream that get the same broadcasts.</summary>
internal sealed class Group
{
    private readonly Dictionary<FanInConnection, Membership> _members = [];
    private Membership[]? _all;

    /// <summary>Nobody is in it.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_members)
                return _members.Count == 0;
        }
    }

    /// <summary>The members at this moment; made anew only where they have changed, as broadcasts are many and changes few.</summary>
    public Membership[] Members
    {
        get
        {
            lock (_members)
                return _all ??= [.. _members.Values];
        }
    }

    /// <summary>A connection joins, or joins anew.</summary>
    public Membership Join(FanInConnection connection, ulong offset)
    {
        lock (_members)
        {
            _all = null;
            return _members[connection] = new(connection, offset);
        }
    }

    /// <summary>A connection leaves.</summary>
    public void Leave(FanInConnection connection)
    {
        lock (_members)
        {
            if (_members.Remove(connection))
                _all = null;
        }
    }
}
