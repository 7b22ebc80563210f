using System.Diagnostics;
using Xunit;

namespace UnitTests.Edges.GraphQL.Schema;

/// <summary>Gets npm packages for tests, once for each build folder. Tests are skipped where node, npm or the registry cannot be had.</summary>
internal static class GraphQlJs
{
    private static readonly SemaphoreSlim _one = new(1);

    /// <summary>The folder in which the package is installed.</summary>
    public static async Task<string> InstallAsync(string package)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "npm");
        await _one.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            var stamp = Path.Combine(folder, package + ".installed");
            if (File.Exists(stamp))
                return folder;
            Directory.CreateDirectory(folder);
            var (code, output) = await RunAsync("npm", folder, ["install", "--no-audit", "--no-fund", "--prefix", folder, package]);
            Assert.SkipWhen(code != 0, $"npm install {package} failed: {output}");
            await File.WriteAllTextAsync(stamp, "", TestContext.Current.CancellationToken);
            return folder;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>The exit code, and all output.</returns>
    public static async Task<(int Code, string Output)> RunAsync(string program, string folder, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip(program + " is not installed; it is needed to check SDL against graphql-js.");
            throw;
        }

        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, await output + await errors);
        }
    }
}
