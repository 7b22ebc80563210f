using System.Diagnostics;
using System.Numerics;

namespace ProtocolGateway.Load.Measuring;

/// <summary>How long things took, from any number of threads: buckets that are 1.6 % wide at most.</summary>
internal sealed class Histogram
{
    // 64 buckets for each doubling; below 128 microseconds each has its own.
    private const int Bits = 6;

    private readonly long[] _counts = new long[34 << Bits];

    public long Count => _counts.Sum();

    /// <summary>Adds the time since a timestamp of <see cref="Stopwatch"/>; null counts nothing.</summary>
    public static void Add(Histogram? into, long since)
    {
        if (into is not null)
            Interlocked.Increment(ref into._counts[BucketOf((ulong)Math.Max(0, Stopwatch.GetElapsedTime(since).TotalMicroseconds))]);
    }

    /// <summary>So many of a hundred took no longer, in milliseconds; of 100 the longest.</summary>
    public double Percentile(double percent)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(Count * percent / 100));
        var bucket = 0;
        for (long seen = 0; bucket < _counts.Length - 1 && (seen += _counts[bucket]) < rank;)
            bucket++;
        var power = Math.Max(0, (bucket >> Bits) - 1);
        return ((bucket - (power << Bits)) << power) / 1000.0;
    }

    private static int BucketOf(ulong microseconds)
    {
        var power = Math.Max(0, BitOperations.Log2(microseconds | 1) - Bits);
        return Math.Min((34 << Bits) - 1, (power << Bits) + (int)(microseconds >> power));
    }
}
