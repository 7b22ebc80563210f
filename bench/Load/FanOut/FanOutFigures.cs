using ProtocolGateway.Load.Measuring;
using ProtocolGateway.Load.Running;

namespace ProtocolGateway.Load.FanOut;

/// <summary>One measurement.</summary>
/// <param name="Program">Who was measured.</param>
/// <param name="Rate">Messages a second.</param>
/// <param name="Burst">How many at one moment.</param>
/// <param name="Times">From the moment at which a message was due to its delivery.</param>
/// <param name="Time">How long it took.</param>
/// <param name="User">User time of the program, in seconds.</param>
/// <param name="Kernel">System time of the program, in seconds.</param>
/// <param name="Load">Both times of the load itself.</param>
/// <param name="Memory">MiB of the program.</param>
internal sealed record FanOutFigure(string Program, double Rate, int Burst, Histogram Times, TimeSpan Time, double User, double Kernel, double Load, double Memory)
{
    public long Deliveries { get; } = Times.Count;

    /// <summary>How many deliveries a second of the program's CPU time is worth.</summary>
    public double ForCpuSecond => Deliveries / Math.Max(0.01, User + Kernel);

    public string Name => Burst > 1 ? $"{Rate:0.#}/s in bursts of {Burst}" : $"{Rate:0.#}/s";
}

/// <summary>All measurements.</summary>
internal sealed class FanOutFigures
{
    private readonly List<FanOutFigure> _all = [];

    /// <summary>Prints a measurement, and keeps it.</summary>
    public void Add(FanOutFigure one)
    {
        if (_all.Count == 0)
            Console.WriteLine($"{"",-30} {"deliveries/s",13} {"CPU us each",12} {"of it system",13} {"for a CPU s",12} {"busy",5} {"load busy",10} {"p50 ms",8} {"p99 ms",8} {"MiB",6}");
        _all.Add(one);
        Console.WriteLine(
            $"{one.Program + " " + one.Name,-30} {one.Deliveries / one.Time.TotalSeconds,13:0} {1e6 * (one.User + one.Kernel) / Math.Max(1, one.Deliveries),12:0.00} {1e6 * one.Kernel / Math.Max(1, one.Deliveries),13:0.00} " +
            $"{one.ForCpuSecond,12:0} {(one.User + one.Kernel) / one.Time.TotalSeconds,5:P0} {one.Load / one.Time.TotalSeconds,10:P0} {one.Times.Percentile(50),8:0.0} {one.Times.Percentile(99),8:0.0} {one.Memory,6:0}");
    }

    /// <summary>Says what a program has lost or told twice; false where it has.</summary>
    public static bool Judge(Child program, Ticker ticker, Subscriber[] all)
    {
        var (lost, twice, late, closed) = (all.Sum(static s => (long)s.Lost), all.Sum(static s => (long)s.Twice), all.Sum(s => (long)ticker.Last + 1 - s.Next), all.Count(static s => s.Closed != 0));
        foreach (var line in program.Output.Take(10))
            Console.WriteLine($"  {program.Name} says: {line}");
        if (ticker.MostStreams != 1)
            Console.WriteLine($"  {program.Name} had {ticker.MostStreams} streams of the backend, not one");
        if (lost + twice + late + closed == 0)
            return true;
        Console.WriteLine($"FAILED: {program.Name}: {lost} messages were left out, {late} have not come, {twice} came twice, {closed} sockets were closed ({string.Join(", ", all.Where(static s => s.Closed != 0).Select(static s => s.Closed).Distinct())})");
        return false;
    }

    /// <summary>Prints the medians of each program, and how many times more the gateway delivers for its CPU time.</summary>
    public void PrintMedians()
    {
        Console.WriteLine();
        Console.WriteLine($"{"median deliveries for a CPU s",-30} {"gateway",10} {"bridge",10} {"ratio",7}");
        foreach (var load in _all.GroupBy(static f => f.Name))
        {
            var (gateway, bridge) = (Median(load, "gateway"), Median(load, "bridge"));
            Console.WriteLine($"{load.Key,-30} {gateway,10:0} {(bridge > 0 ? $"{bridge:0}" : "-"),10} {(bridge > 0 ? $"{gateway / bridge:0.00}" : "-"),7}");
        }
    }

    private static double Median(IEnumerable<FanOutFigure> figures, string program)
    {
        var all = figures.Where(f => f.Program == program).Select(static f => f.ForCpuSecond).Order().ToArray();
        return all.Length == 0 ? 0 : (all[(all.Length - 1) / 2] + all[all.Length / 2]) / 2;
    }
}
