using System.Buffers.Text;
using ProtocolGateway.Load.Measuring;
using ProtocolGateway.Load.Sockets;

namespace ProtocolGateway.Load.FanOut;

/// <summary>Where the times of deliveries go at the moment.</summary>
internal sealed class Meter
{
    private volatile Histogram? _now;

    public Histogram? Now
    {
        get => _now;
        set => _now = value;
    }
}

/// <summary>One of thousands who are told the same: it has to be told everything, once.</summary>
/// <param name="ticker">What is told.</param>
/// <param name="meter">Takes the times.</param>
internal sealed class Subscriber(Ticker ticker, Meter meter) : RawSocket
{
    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int _next = -1;

    /// <summary>Ends when the first message has come: it is told of all that come after.</summary>
    public Task Subscribed => _subscribed.Task;

    /// <summary>The number that is to come next.</summary>
    public int Next => _next;

    /// <summary>How many numbers were left out.</summary>
    public int Lost { get; private set; }

    /// <summary>How many came again.</summary>
    public int Twice { get; private set; }

    /// <inheritdoc />
    protected override void Take(ReadOnlySpan<byte> message)
    {
        var name = "\"number\":"u8;
        var at = message.IndexOf(name);
        // Number 0 is left out, as JSON of protobuf leaves defaults out.
        var number = at >= 0 && Utf8Parser.TryParse(message[(at + name.Length)..], out int told, out _) ? told : 0;
        if (_next < 0)
        {
            _next = number + 1;
            _subscribed.TrySetResult();
            return;
        }

        if (number < _next)
        {
            Twice++;
            return;
        }

        Histogram.Add(meter.Now, ticker.DueOf(number));
        Lost += number - _next;
        _next = number + 1;
    }
}
