using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ProtocolGateway.Load.Running;

/// <summary>A program that is measured, as a process of its own on its own processor. Disposing it ends it.</summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _folder;
    private readonly Lock _lock = new();
    private readonly List<string> _output = [];

    private Child(string name, Process process, string folder, int port) => (Name, _process, _folder, Port) = (name, process, folder, port);

    public string Name { get; }

    public int Port { get; }

    public int Id => _process.Id;

    /// <summary>What it has said: both are started so that they say only what is wrong.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_lock)
                return [.. _output];
        }
    }

    /// <summary>Starts a program, and waits until it is ready.</summary>
    /// <param name="name">For the figures.</param>
    /// <param name="folder">A folder of its own, which goes with it.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="isReady">Asked until it is so.</param>
    /// <param name="stop">Ends the waiting.</param>
    public static async Task<Child> StartAsync(string name, string folder, int port, IReadOnlyList<string> command, Func<Task<bool>> isReady, CancellationToken stop)
    {
        // taskset becomes the program: its process id is the program's.
        IReadOnlyList<string> whole = Machine.GatewayProcessor is { } processor ? ["taskset", "-c", processor, .. command] : command;
        var process = Process.Start(new ProcessStartInfo(whole[0], whole.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var child = new Child(name, process, folder, port);
        process.OutputDataReceived += (_, line) => child.Said(line.Data);
        process.ErrorDataReceived += (_, line) => child.Said(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            var begun = Stopwatch.GetTimestamp();
            while (!await isReady())
            {
                if (process.HasExited || Stopwatch.GetElapsedTime(begun) > Patience)
                    throw new LoadException($"{name} did not start:\n{string.Join('\n', child.Output)}");
                await Task.Delay(100, stop);
            }

            return child;
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <summary>A port that is free now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private void Said(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_lock)
            _output.Add(line);
    }
}
