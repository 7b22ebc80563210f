using System.Diagnostics;
using ProtocolGateway.Load.Measuring;
using ProtocolGateway.Load.Running;
using ProtocolGateway.Load.Sockets;

namespace ProtocolGateway.Load.FanOut;

/// <summary>One message of a service to thousands of WebSockets: what that costs the gateway, and what it costs a bridge by hand.</summary>
internal static class FanOutRun
{
    // Between two measurements of one program: what the first has left behind is done.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    // For messages that are on their way when the last was told.
    private static readonly TimeSpan Straggling = TimeSpan.FromSeconds(20);

    /// <summary>Runs it, and prints the figures.</summary>
    /// <returns>The exit code: 0 where every subscriber has got every message once.</returns>
    public static async Task<int> RunAsync(LoadOptions options, CancellationToken stop)
    {
        Machine.RequireFiles(options.Subscribers);
        Console.WriteLine($"fan-out to {options.Subscribers} subscribers; {Machine.Divide()}");
        var figures = new FanOutFigures();
        var isWhole = true;
        for (var round = 0; round < options.Rounds(2); round++)
        {
            foreach (var name in options.GatewayOnly ? ["gateway"] : new[] { "gateway", "bridge" })
                isWhole &= await MeasureAsync(name, options, figures, stop);
        }

        figures.PrintMedians();
        return isWhole ? 0 : 1;
    }

    private static async Task<bool> MeasureAsync(string name, LoadOptions options, FanOutFigures figures, CancellationToken stop)
    {
        var ticker = new Ticker();
        var port = Child.FreePort();
        await using var backend = await TickerService.StartAsync(port, ticker, stop);
        var proto = Path.Combine(AppContext.BaseDirectory, "Protos", "ticker.proto");
        await using var program = name == "bridge" ? await Programs.BridgeAsync(port, proto, stop) : await Programs.GatewayAsync(options.Gateway, Service(port, proto), stop);
        var meter = new Meter();
        var all = Enumerable.Range(0, options.Subscribers).Select(_ => new Subscriber(ticker, meter)).ToArray();
        try
        {
            await Crowd.OpenAsync(all.Length, i => SubscribeAsync(all[i], program.Port), stop);
            await Pace.RunAsync(options.Rates[0], 1, options.WarmUp, ticker.Say, stop);
            foreach (var (rate, burst) in options.Rates.Select(static r => (r, 1)).Concat(options.Burst > 1 ? [(options.Rates[^1], options.Burst)] : []))
            {
                await Task.Delay(Settling, stop);
                figures.Add(await MeasureAsync(program, ticker, all, meter, (rate, burst, options.Time), stop));
            }

            return FanOutFigures.Judge(program, ticker, all);
        }
        finally
        {
            Array.ForEach(all, static s => s.Dispose());
        }
    }

    private static async Task<FanOutFigure> MeasureAsync(
        Child program, Ticker ticker, Subscriber[] all, Meter meter, (double Rate, int Burst, TimeSpan Time) load, CancellationToken stop)
    {
        await AllHaveAsync(ticker, all, stop);
        var times = meter.Now = new();
        var begun = Stopwatch.GetTimestamp();
        var (before, mine) = (Machine.CpuOf(program.Id), Machine.CpuOf(Environment.ProcessId));
        await Pace.RunAsync(load.Rate, load.Burst, load.Time, ticker.Say, stop);
        await AllHaveAsync(ticker, all, stop);
        var (after, mineAfter) = (Machine.CpuOf(program.Id), Machine.CpuOf(Environment.ProcessId));
        meter.Now = null;
        return new(
            program.Name, load.Rate, load.Burst, times, Stopwatch.GetElapsedTime(begun), after.User - before.User, after.System - before.System,
            mineAfter.User + mineAfter.System - mine.User - mine.System, Machine.MemoryOf(program.Id));
    }

    // Everybody has got the last message, or does not get it any more.
    private static async Task AllHaveAsync(Ticker ticker, Subscriber[] all, CancellationToken stop)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Array.Exists(all, s => s.Closed == 0 && s.Next <= ticker.Last) && Stopwatch.GetElapsedTime(begun) < Straggling)
            await Task.Delay(5, stop);
    }

    private static async Task SubscribeAsync(Subscriber subscriber, int port)
    {
        await subscriber.OpenAsync(port, "/ws/load.v1.Ticker/Watch");
        subscriber.Send("""{"symbol":"ACME.N"}"""u8);
        await subscriber.Subscribed;
    }

    private static string Service(int port, string proto) =>
        $"  ticker:\n    contract: {proto}\n" +
        $"    upstream: {{ protocol: grpc, instances: [ {{ address: \"http://127.0.0.1:{port}\" }} ] }}\n" +
        "    operations: { load.v1.Ticker.Watch: { share: { retainLast: true } } }\n";
}
