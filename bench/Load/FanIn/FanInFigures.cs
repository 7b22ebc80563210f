using ProtocolGateway.Load.Measuring;

namespace ProtocolGateway.Load.FanIn;

/// <summary>One phase.</summary>
/// <param name="Name">What happens in it.</param>
/// <param name="All">From said to heard, of everybody.</param>
/// <param name="Neighbours">The same, of those in the busy room.</param>
/// <param name="Time">How long was talked.</param>
/// <param name="Busy">How much of the time the gateway had a processor.</param>
/// <param name="Load">The same of the load, with the service.</param>
/// <param name="Memory">MiB of the gateway.</param>
internal sealed record FanInFigure(string Name, Histogram All, Histogram Neighbours, TimeSpan Time, double Busy, double Load, double Memory);

/// <summary>All phases.</summary>
internal sealed class FanInFigures
{
    private readonly List<FanInFigure> _all = [];

    /// <summary>What became of the stalled client of the phase that is added next; null where there was none.</summary>
    public string? Fate { get; set; }

    /// <summary>Prints a phase, and keeps it.</summary>
    public void Add(FanInFigure one)
    {
        if (_all.Count == 0)
            Console.WriteLine($"{"from said to heard, in ms",-26} {"heard/s",8} {"p50",8} {"p99",8} {"max",8} {"p99 of its room",16} {"busy",5} {"load busy",10} {"MiB",6}");
        _all.Add(one);
        Console.WriteLine(
            $"{one.Name,-26} {one.All.Count / one.Time.TotalSeconds,8:0} {one.All.Percentile(50),8:0.0} {one.All.Percentile(99),8:0.0} {one.All.Percentile(100),8:0.0} {one.Neighbours.Percentile(99),16:0.0} " +
            $"{one.Busy,5:P0} {one.Load,10:P0} {one.Memory,6:0}{(Fate is null ? "" : "  the stalled one: " + Fate)}");
        Fate = null;
    }

    /// <summary>Prints what a stalled client makes of the others' p99: the medians of the phases with one, and of those without.</summary>
    public void PrintRatio()
    {
        foreach (var (who, of) in new[] { ("everybody", (Func<FanInFigure, Histogram>)(static f => f.All)), ("its room", static f => f.Neighbours) })
        {
            var (without, with) = (Median("all read", of), Median("one stalled", of));
            Console.WriteLine($"median p99 of {who}: {without:0.00} ms where all read, {with:0.00} ms with one stalled: {with / without:0.000} times");
        }
    }

    private double Median(string name, Func<FanInFigure, Histogram> of)
    {
        var all = _all.Where(f => f.Name == name).Select(f => of(f).Percentile(99)).Order().ToArray();
        return all.Length == 0 ? double.NaN : (all[(all.Length - 1) / 2] + all[all.Length / 2]) / 2;
    }
}
