using System.Diagnostics;
using ProtocolGateway.Load.Measuring;
using ProtocolGateway.Load.Running;
using ProtocolGateway.Load.Sockets;

namespace ProtocolGateway.Load.FanIn;

/// <summary>Thousands of WebSockets over a few streams: what one client that does not read means for the others, and what is lost where an instance dies.</summary>
internal sealed class FanInRun : IDisposable
{
    // Between two phases: what was said in one is heard in it.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    // An answer to its close is waited for by the gateway for 5 s; then the client is cut off.
    private static readonly TimeSpan Fate = TimeSpan.FromSeconds(15);

    private readonly LoadOptions _options;
    private readonly Child _gateway;
    private readonly Instances _instances;
    private readonly Meters _meters = new();
    private readonly ChatClient[] _clients;
    private readonly Talk _talk;
    private readonly FanInFigures _figures = new();

    private FanInRun(LoadOptions options, Child gateway, Instances instances)
    {
        (_options, _gateway, _instances) = (options, gateway, instances);
        _clients = [.. Enumerable.Range(0, options.Clients).Select(i => new ChatClient(i, options.Rooms, options.Members, _meters))];
        _talk = new(_clients, options.Rooms, options.Rate);
    }

    /// <summary>Runs it, and prints the figures.</summary>
    /// <returns>The exit code: 0 where nothing was lost in silence, and nothing came twice.</returns>
    public static async Task<int> RunAsync(LoadOptions options, CancellationToken stop)
    {
        Machine.RequireFiles(options.Clients + 1);
        Console.WriteLine($"fan-in of {options.Clients} clients in {options.Rooms} rooms over {options.Streams} streams, {options.Rate:0} said a second; {Machine.Divide()}");
        await using var instances = new Instances();
        await instances.StartAsync(0, stop);
        await instances.StartAsync(1, stop);
        await using var gateway = await Programs.GatewayAsync(options.Gateway, Service(options, instances), stop);
        using var run = new FanInRun(options, gateway, instances);
        return await run.MeasureAsync(stop) ? 0 : 1;
    }

    /// <inheritdoc />
    public void Dispose() => Array.ForEach(_clients, static c => c.Dispose());

    private async Task<bool> MeasureAsync(CancellationToken stop)
    {
        await Crowd.OpenAsync(_clients.Length, i => _clients[i].EnterAsync(_gateway.Port), stop);
        Console.WriteLine($"{_clients.Length} are there, on {_instances.Streams} streams; {Machine.MemoryOf(_gateway.Id):0} MiB of memory");
        await _talk.RunAsync(_options.WarmUp, stop);
        for (var round = 0; round < _options.Rounds(4); round++)
        {
            await PhaseAsync("all read", () => _talk.RunAsync(_options.Time, stop), stop);
            await PhaseAsync("one stalled", () => WithStalledAsync(round, stop), stop);
        }

        _figures.PrintRatio();
        for (var instance = 0; instance < _instances.Ports.Count; instance++)
            await PhaseAsync($"instance {instance + 1} dies", () => WithDeathAsync(instance, stop), stop);
        var verdict = await Verdict.WaitAsync(_clients, stop);
        Console.WriteLine();
        Console.WriteLine($"{verdict}; at most {_instances.MostStreams} streams at a time");
        foreach (var line in _gateway.Output.Take(20))
            Console.WriteLine("  gateway says: " + line);
        if (!verdict.IsGood)
            Console.WriteLine("FAILED: what was said did not come once to everybody");
        return verdict.IsGood;
    }

    private async Task PhaseAsync(string name, Func<Task> phase, CancellationToken stop)
    {
        await Task.Delay(Settling, stop);
        var (all, neighbours) = (_meters.All, _meters.Neighbours) = (new Histogram(), new Histogram());
        var begun = Stopwatch.GetTimestamp();
        var (before, mine) = (Machine.CpuOf(_gateway.Id), Machine.CpuOf(Environment.ProcessId));
        await phase();
        await Task.Delay(Settling, stop);
        var (after, mineAfter) = (Machine.CpuOf(_gateway.Id), Machine.CpuOf(Environment.ProcessId));
        var time = Stopwatch.GetElapsedTime(begun);
        (_meters.All, _meters.Neighbours) = (null, null);
        _figures.Add(new(
            name, all!, neighbours!, _options.Time, (after.User + after.System - before.User - before.System) / time.TotalSeconds,
            (mineAfter.User + mineAfter.System - mine.User - mine.System) / time.TotalSeconds, Machine.MemoryOf(_gateway.Id)));
    }

    private async Task WithStalledAsync(int round, CancellationToken stop)
    {
        // It says nothing; its number is that of nobody.
        using var stalled = new StalledClient(_clients.Length + round);
        await stalled.EnterAsync(_gateway.Port).WaitAsync(Fate, stop);
        stalled.Stall();
        await _talk.RunAsync(_options.Time, stop);
        stalled.Resume();
        _figures.Fate = await FateAsync(stalled, stop);
    }

    // It reads what the kernels have kept for it. Where it was disconnected, the end follows.
    private static async Task<string> FateAsync(StalledClient stalled, CancellationToken stop)
    {
        var begun = Stopwatch.GetTimestamp();
        var heard = -1;
        while (stalled.Closed == 0 && heard != stalled.Heard && Stopwatch.GetElapsedTime(begun) < Fate)
        {
            heard = stalled.Heard;
            await Task.Delay(Settling, stop);
        }

        return stalled.Closed != 0 ? $"disconnected ({stalled.Closed})"
            : stalled.Told > 0 ? $"told of {stalled.Told} messages that were left out"
            : $"its queue was not filled, it has heard {stalled.Heard}: choose a longer --seconds";
    }

    private async Task WithDeathAsync(int instance, CancellationToken stop)
    {
        var talking = _talk.RunAsync(_options.Time, stop);
        await Task.Delay(_options.Time / 4, stop);
        await _instances.AbortAsync(instance);
        await Task.Delay(_options.Time / 4, stop);
        await _instances.StartAsync(instance, stop);
        await talking;
    }

    private static string Service(LoadOptions options, Instances instances) =>
        $"  chat:\n    webSockets: [ {{ path: /chat, streams: {options.Streams}, slowConsumer: {options.SlowConsumer} }} ]\n" +
        $"    upstream: {{ protocol: grpc, instances: [ {string.Join(", ", instances.Ports.Select(static p => $"{{ address: \"http://127.0.0.1:{p}\" }}"))} ] }}\n";
}
