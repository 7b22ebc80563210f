using System.Diagnostics;

namespace ProtocolGateway.TestKit.Running;

/// <summary>Runs JavaScript that lies beside the tests, with the npm packages that its folder's package.json names.</summary>
public static class NodeScript
{
    private static readonly SemaphoreSlim _one = new(1);

    /// <summary>Installs the packages, once for each build folder.</summary>
    /// <param name="folder">The folder of package.json.</param>
    /// <returns>Why they are not there: node, npm or the registry cannot be had; null where they are.</returns>
    public static async Task<string?> InstallAsync(string folder)
    {
        await _one.WaitAsync();
        try
        {
            var stamp = Path.Combine(folder, "installed");
            var wanted = await File.ReadAllTextAsync(Path.Combine(folder, "package.json"));
            if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted)
                return null;
            // No script of a package is run, and none of these needs its own.
            var (code, output) = await RunAsync("npm", folder, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock");
            if (code != 0)
                return "npm install failed: " + output;
            await File.WriteAllTextAsync(stamp, wanted);
            return null;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>The exit code, and all output; -1 where there is no such program.</returns>
    public static async Task<(int Code, string Output)> RunAsync(string program, string folder, params string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(info)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, $"{program}: {e.Message}");
        }

        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }

            return (process.HasExited ? process.ExitCode : -2, await output + await errors);
        }
    }
}
