namespace ProtocolGateway.Upstreams.Balancing;

/// <summary>A running backend: its connections and what is known of it. Every <see cref="InstancePicker.Pick"/> is answered by one <see cref="Report"/>.</summary>
internal sealed class Instance(InstanceModel model, InstanceTransport transport)
{
    private int _inFlight;

    /// <summary>As configured.</summary>
    public InstanceModel Model { get; } = model;

    /// <summary>Its connections.</summary>
    public InstanceTransport Transport { get; } = transport;

    /// <summary>Calls that were given to it and have not ended.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>A call was given to it.</summary>
    public void Take() => Interlocked.Increment(ref _inFlight);

    /// <summary>A call has ended, and how.</summary>
    public void Report(in CallOutcome outcome)
    {
        _ = outcome;
        Interlocked.Decrement(ref _inFlight);
    }
}
