using System.Threading.Channels;
using ProtocolGateway.Load.V1;

namespace ProtocolGateway.Load.FanOut;

/// <summary>What the backend tells: numbered messages, the same for all of its streams.</summary>
internal sealed class Ticker
{
    // Half an hour at a thousand a second.
    private const int MostTicks = 2_000_000;

    private readonly Lock _lock = new();
    private readonly HashSet<Channel<Tick>> _streams = [];
    private readonly long[] _due = new long[MostTicks];
    private Tick _last = Make(0);

    /// <summary>The number of the last message.</summary>
    public int Last
    {
        get
        {
            lock (_lock)
                return (int)_last.Number;
        }
    }

    /// <summary>The most streams at a time.</summary>
    public int MostStreams { get; private set; }

    /// <summary>When a message was due.</summary>
    public long DueOf(int number) => Volatile.Read(ref _due[number]);

    /// <summary>Tells the next message.</summary>
    /// <param name="due">The moment at which it was due.</param>
    public void Say(long due)
    {
        lock (_lock)
        {
            _last = Make(_last.Number + 1);
            Volatile.Write(ref _due[_last.Number], due);
            foreach (var stream in _streams)
                stream.Writer.TryWrite(_last);
        }
    }

    /// <summary>A stream from now on: the last message first.</summary>
    public Channel<Tick> Open()
    {
        var stream = Channel.CreateUnbounded<Tick>(new() { SingleReader = true });
        lock (_lock)
        {
            stream.Writer.TryWrite(_last);
            _streams.Add(stream);
            MostStreams = Math.Max(MostStreams, _streams.Count);
        }

        return stream;
    }

    /// <summary>A stream has ended.</summary>
    public void Close(Channel<Tick> stream)
    {
        lock (_lock)
            _streams.Remove(stream);
    }

    private static Tick Make(uint number) => new()
    {
        Number = number,
        Symbol = "ACME.N",
        Bid = 101.25 + (number % 100 / 100.0),
        Ask = 101.27 + (number % 100 / 100.0),
        Last = 101.26 + (number % 100 / 100.0),
        Volume = 1200 + (number * 7 % 1000),
        Venue = "XNYS",
        Headline = "Acme raises its outlook for the year after a quarter that went better than most had expected",
    };
}
