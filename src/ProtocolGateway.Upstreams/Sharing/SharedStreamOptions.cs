namespace ProtocolGateway.Upstreams.Sharing;

/// <summary>What becomes of the messages of a shared stream for a caller that takes them too slowly.</summary>
public enum SlowSubscriber
{
    /// <summary>All wait for the slowest.</summary>
    Block,

    /// <summary>Only the latest message waits.</summary>
    Latest,

    /// <summary>The oldest messages are left out, and the caller is told how many.</summary>
    DropOldest,

    /// <summary>The call ends with RESOURCE_EXHAUSTED.</summary>
    Disconnect,
}

/// <summary>How calls of one operation share a stream of the service.</summary>
public sealed record SharedStreamOptions
{
    /// <summary>The headers that the service sees, and that must be the same for calls to share; in lower case.</summary>
    public IReadOnlyList<string> Headers { get; init; } = ["authorization"];

    /// <summary>A caller that comes later is given the last message at once.</summary>
    public bool RetainLast { get; init; }

    /// <summary>What becomes of messages for a caller that takes them too slowly.</summary>
    public SlowSubscriber SlowConsumer { get; init; } = SlowSubscriber.Disconnect;

    /// <summary>How many messages may wait for one caller. 64: a second or so of a lively stream.</summary>
    public int QueueMessages { get; init; } = 64;
}
