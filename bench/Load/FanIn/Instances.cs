using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using ProtocolGateway.Load.Running;
using ProtocolGateway.Samples;
using ProtocolGateway.Samples.Chat;

namespace ProtocolGateway.Load.FanIn;

/// <summary>Two instances of the chat, which share what is said; one can be broken off as if its process had died.</summary>
internal sealed class Instances : IAsyncDisposable
{
    private readonly ChatRooms _rooms = new();
    private readonly int[] _ports = [Child.FreePort(), Child.FreePort()];
    private readonly WebApplication?[] _apps = new WebApplication?[2];
    private readonly MeterListener _requests = new();
    private long _streams, _mostStreams;

    public Instances()
    {
        // A stream is a request that goes on for long, and there are no others.
        _requests.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "http.server.active_requests")
                listener.EnableMeasurementEvents(instrument);
        };
        _requests.SetMeasurementEventCallback<long>((_, change, _, _) =>
        {
            var now = Interlocked.Add(ref _streams, change);
            _mostStreams = Math.Max(_mostStreams, now);
        });
        _requests.Start();
    }

    public IReadOnlyList<int> Ports => _ports;

    /// <summary>The most streams of the gateway at a time.</summary>
    public long MostStreams => _mostStreams;

    /// <summary>The streams of the gateway now.</summary>
    public long Streams => Interlocked.Read(ref _streams);

    /// <summary>Starts an instance, at the port that is its own.</summary>
    public async Task StartAsync(int index, CancellationToken stop)
    {
        var app = SampleHosts.Chat($"http://127.0.0.1:{_ports[index]}", _rooms);
        await app.StartAsync(stop);
        _apps[index] = app;
    }

    /// <summary>As a process dies: its connections break off, its port is closed, and nothing is said to anybody.</summary>
    public async Task AbortAsync(int index)
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        var app = _apps[index]!;
        _apps[index] = null;
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < _apps.Length; i++)
        {
            if (_apps[i] is not null)
                await AbortAsync(i);
        }

        _requests.Dispose();
    }
}
