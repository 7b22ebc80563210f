namespace ProtocolGateway.Envelope.Calls;

/// <summary>When a call must be done, as a timestamp of its <see cref="TimeProvider"/>; the smallest of all that were asked for.</summary>
public readonly struct Deadline : IEquatable<Deadline>
{
    private readonly TimeProvider? _time;
    private readonly long _timestamp;

    private Deadline(TimeProvider time, long timestamp) => (_time, _timestamp) = (time, timestamp);

    /// <summary>No deadline.</summary>
    public static Deadline None => default;

    /// <summary>False for <see cref="None"/>.</summary>
    public bool IsSet => _time is not null;

    /// <summary>What is left, never negative; infinite where none is set.</summary>
    public TimeSpan Left
    {
        get
        {
            if (_time is null)
                return Timeout.InfiniteTimeSpan;
            var left = _time.GetElapsedTime(_time.GetTimestamp(), _timestamp);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>That long from now.</summary>
    public static Deadline After(TimeSpan span, TimeProvider time)
    {
        var ticks = span.TotalSeconds * time.TimestampFrequency;
        return new(time, ticks >= long.MaxValue / 2 ? long.MaxValue / 2 : time.GetTimestamp() + (long)ticks);
    }

    /// <summary>The earlier of the two.</summary>
    public Deadline Earlier(Deadline other) =>
        !IsSet ? other : !other.IsSet || _timestamp <= other._timestamp ? this : other;

    /// <inheritdoc />
    public bool Equals(Deadline other) => ReferenceEquals(_time, other._time) && _timestamp == other._timestamp;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Deadline other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _timestamp.GetHashCode();

    /// <summary>Equality.</summary>
    public static bool operator ==(Deadline left, Deadline right) => left.Equals(right);

    /// <summary>Inequality.</summary>
    public static bool operator !=(Deadline left, Deadline right) => !left.Equals(right);
}
