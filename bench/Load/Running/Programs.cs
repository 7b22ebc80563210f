using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ProtocolGateway.Load.Running;

/// <summary>The programs that are measured.</summary>
internal static class Programs
{
    private static readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>The gateway.</summary>
    /// <param name="program">protocol-gateway.dll; null for the one that was built with this program.</param>
    /// <param name="services">The configuration's services.</param>
    /// <param name="stop">Ends the waiting.</param>
    public static async Task<Child> GatewayAsync(string? program, string services, CancellationToken stop)
    {
        program ??= Built();
        if (!File.Exists(program))
            throw new LoadException($"There is no {program}: build the solution (-c Release), or name a published protocol-gateway.dll with --gateway.");
        var (port, admin) = (Child.FreePort(), Child.FreePort());
        var folder = Directory.CreateTempSubdirectory("gateway-load").FullName;
        var config = Path.Combine(folder, "gateway.yaml");
        await File.WriteAllTextAsync(config, $"listen: [ {{ url: \"http://127.0.0.1:{port}\" }} ]\nadmin: {{ url: \"http://127.0.0.1:{admin}\" }}\nservices:\n{services}", stop);
        return await Child.StartAsync("gateway", folder, port, ["dotnet", program, "run", "--config", config, "--log-level", "Warning"], () => AnswersAsync(admin), stop);
    }

    /// <summary>The bridge by hand: bench/Load/bridge.</summary>
    /// <param name="backend">The backend's port.</param>
    /// <param name="proto">The backend's contract.</param>
    /// <param name="stop">Ends the waiting.</param>
    public static async Task<Child> BridgeAsync(int backend, string proto, CancellationToken stop)
    {
        var folder = Path.Combine(Repository(), "bench", "Load", "bridge");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
            await InstallAsync(folder, stop);
        var port = Child.FreePort();
        var scratch = Directory.CreateTempSubdirectory("gateway-load").FullName;
        return await Child.StartAsync("bridge", scratch, port, ["node", Path.Combine(folder, "bridge.mjs"), $"{port}", $"127.0.0.1:{backend}", proto], () => ListensAsync(port), stop);
    }

    private static async Task InstallAsync(string folder, CancellationToken stop)
    {
        // No script of a package is run, and none of these needs its own.
        using var npm = Start("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
        var output = npm.StandardOutput.ReadToEndAsync(stop);
        var errors = npm.StandardError.ReadToEndAsync(stop);
        await npm.WaitForExitAsync(stop);
        if (npm.ExitCode != 0)
            throw new LoadException($"npm ci failed in {folder}; --gateway-only does without the bridge.\n{await output}{await errors}");
    }

    private static Process Start(string program, string[] arguments, string folder)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new LoadException($"{program}: {missing.Message}. The bridge needs Node.js and npm; --gateway-only does without it.");
        }
    }

    private static string Built()
    {
        // This program's own folder says which configuration was built: bin/Release/net10.0.
        var built = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(Repository(), "src", "ProtocolGateway", "bin", built.Parent!.Name, built.Name, "protocol-gateway.dll");
    }

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ProtocolGateway.sln")))
                return folder.FullName;
        }

        throw new LoadException("This program must be built inside the repository.");
    }

    private static async Task<bool> AnswersAsync(int admin)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{admin}/healthz/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static async Task<bool> ListensAsync(int port)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
