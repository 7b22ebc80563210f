using System.Diagnostics;
using System.Text;

namespace ProtocolGateway.TestKit.Running;

/// <summary>The built program as a process of its own, as a user would start it.</summary>
public sealed class GatewayProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output;
    private readonly string _folder;

    private GatewayProcess(Process process, StringBuilder output, string folder, int port, int admin) =>
        (_process, _output, _folder, Port, AdminPort) = (process, output, folder, port, admin);

    public int Port { get; }

    public int AdminPort { get; }

    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>Everything that the program has written so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Starts the program with that configuration (LISTEN and ADMIN are replaced by free addresses) and waits until it is ready.</summary>
    public static async Task<GatewayProcess> StartAsync(string yaml)
    {
        var (port, admin) = (Backends.MatrixBackend.FreePort(), Backends.MatrixBackend.FreePort());
        var folder = Directory.CreateTempSubdirectory("gateway-test").FullName;
        var config = Path.Combine(folder, "gateway.yaml");
        await File.WriteAllTextAsync(config, yaml.Replace("LISTEN", $"http://127.0.0.1:{port}").Replace("ADMIN", $"http://127.0.0.1:{admin}"));
        var (process, output) = Start("run", "--config", config);
        var gateway = new GatewayProcess(process, output, folder, port, admin);
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        for (var tries = 0; tries < 300 && !process.HasExited; tries++)
        {
            try
            {
                using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{admin}/healthz/ready"));
                if (answer.IsSuccessStatusCode)
                    return gateway;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Not listening yet.
            }

            await Task.Delay(100);
        }

        await gateway.DisposeAsync();
        throw new InvalidOperationException("The gateway did not become ready:\n" + gateway.Output);
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

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static (Process Process, StringBuilder Output) Start(params string[] arguments)
    {
        var output = new StringBuilder();
        var process = new Process { StartInfo = Info(arguments) };
        process.OutputDataReceived += (_, e) => Append(output, e.Data);
        process.ErrorDataReceived += (_, e) => Append(output, e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return (process, output);
    }

    private static void Append(StringBuilder output, string? line)
    {
        lock (output)
            output.AppendLine(line);
    }

    // The program is copied beside the tests, as every referenced project is.
    private static ProcessStartInfo Info(string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "protocol-gateway.dll");
        return new("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
    }
}
