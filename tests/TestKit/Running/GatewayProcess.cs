using System.Diagnostics;

namespace ProtocolGateway.TestKit.Running;

/// <summary>The built program as a process of its own, as a user would start it. Disposing it throws where it logged an error that the test did not declare.</summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private GatewayProcess(Process process, ProgramLog log, string folder, int port, int admin) =>
        (_process, Log, _folder, Port, AdminPort) = (process, log, folder, port, admin);

    public int Port { get; }

    public int AdminPort { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public Uri AdminAddress => new($"http://127.0.0.1:{AdminPort}");

    /// <summary>What the program has written.</summary>
    public ProgramLog Log { get; }

    /// <summary>Everything that the program has written so far.</summary>
    public string Output => Log.Text;

    /// <summary>Its configuration file, to be changed while it runs.</summary>
    public string ConfigFile => Path.Combine(_folder, "gateway.yaml");

    /// <summary>Starts the program with that configuration (see <see cref="WriteConfig"/>) and waits until it is ready.</summary>
    /// <param name="yaml">The configuration.</param>
    /// <param name="probe">What must answer 200 first: readiness, or liveness where the test is about a gateway that is not ready.</param>
    /// <param name="level">The log level.</param>
    /// <param name="environment">Added to the program's environment.</param>
    public static async Task<GatewayProcess> StartAsync(
        string yaml, string probe = "/healthz/ready", string level = "Information", IReadOnlyDictionary<string, string>? environment = null)
    {
        var (port, admin) = (Backends.MatrixBackend.FreePort(), Backends.MatrixBackend.FreePort());
        var folder = Directory.CreateTempSubdirectory("gateway-test").FullName;
        var config = Path.Combine(folder, "gateway.yaml");
        var log = new ProgramLog();
        await File.WriteAllTextAsync(config, Fill(yaml, port, admin));
        var info = Info(["run", "--config", config, "--log-level", level]);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            info.Environment[name] = value.Replace("$PORT", $"{port}", StringComparison.Ordinal);
        var process = Process.Start(info)!;
        log.Follow(process);
        var gateway = new GatewayProcess(process, log, folder, port, admin);
        if (await gateway.AnswersAsync(probe))
            return gateway;
        var output = gateway.Output;
        log.Expect("");
        await gateway.DisposeAsync();
        throw new InvalidOperationException($"The gateway did not answer {probe}:\n{output}");
    }

    /// <summary>Runs the program to its end; its exit code, standard output and standard error.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(Info(arguments))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>Replaces the configuration: LISTEN and ADMIN stand for the addresses, $PORT for the public port. The file is moved into place, so that the
    /// program never reads half of it.</summary>
    public void WriteConfig(string yaml)
    {
        File.WriteAllText(ConfigFile + ".new", Fill(yaml, Port, AdminPort));
        File.Move(ConfigFile + ".new", ConfigFile, overwrite: true);
    }

    /// <summary>Sends a signal: HUP, TERM, INT.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for the program's end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
        Log.ThrowOnUndeclaredErrors();
    }

    private static string Fill(string yaml, int port, int admin) => yaml
        .Replace("LISTEN", $"http://127.0.0.1:{port}", StringComparison.Ordinal)
        .Replace("ADMIN", $"http://127.0.0.1:{admin}", StringComparison.Ordinal)
        .Replace("$PORT", $"{port}", StringComparison.Ordinal);

    private async Task<bool> AnswersAsync(string probe)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        for (var tries = 0; tries < 300 && !_process.HasExited; tries++)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri(AdminAddress, probe));
                if (answer.IsSuccessStatusCode)
                    return true;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        return false;
    }

    // The program is copied beside the tests, as every referenced project is.
    private static ProcessStartInfo Info(string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "protocol-gateway.dll");
        return new("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
    }
}
