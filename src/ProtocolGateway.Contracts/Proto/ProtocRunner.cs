using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Google.Protobuf;
using ProtocolGateway.Contracts.Proto.Descriptors;

namespace ProtocolGateway.Contracts.Proto;

/// <summary>What one run of protoc yields: the files, or null; and its messages, one a line.</summary>
internal sealed record ProtocResult(List<DescriptorFile>? Files, IReadOnlyList<string> Messages);

/// <summary>Runs the protoc that lies beside the program, under protoc/; where it does not run, the one of the search path.</summary>
internal static class ProtocRunner
{
    // protoc compiles hundreds of files in a fraction of a second; one that hangs must not hold up the start of the gateway.
    private const int TimeoutMilliseconds = 30_000;

    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly string Home = Path.Combine(AppContext.BaseDirectory, "protoc");

    /// <summary>The directory of the bundled google/protobuf, google/api, google/rpc and google/type files.</summary>
    public static string IncludePath { get; } = Path.Combine(Home, "include");

    /// <summary>Compiles files, with everything that they import and all comments.</summary>
    /// <param name="files">Paths below one of the import paths.</param>
    /// <param name="importPaths">Where imports are searched, in that order; the bundled files come last.</param>
    public static ProtocResult Run(IReadOnlyList<string> files, IReadOnlyList<string> importPaths)
    {
        var work = Directory.CreateTempSubdirectory("protocol-gateway-protoc-").FullName;
        try
        {
            var output = Path.Combine(work, "set.binpb");
            var arguments = Path.Combine(work, "arguments");
            List<string> lines = ["--include_imports", "--include_source_info", "--descriptor_set_out=" + output];
            foreach (var path in importPaths.Append(IncludePath))
                lines.Add("--proto_path=" + path);
            // A file of arguments: thousands of paths do not fit on a command line. One argument a line, no quoting.
            File.WriteAllLines(arguments, lines.Concat(files));
            var (exitCode, messages) = Start(arguments, work);
            return exitCode == 0 && File.Exists(output)
                ? new ProtocResult(DescriptorFile.ParseSet(File.ReadAllBytes(output)), messages)
                : new ProtocResult(null, messages);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidProtocolBufferException)
        {
            return new ProtocResult(null, [$"protoc cannot be used: {e.Message}"]);
        }
        finally
        {
            Delete(work);
        }
    }

    private static (int ExitCode, IReadOnlyList<string> Messages) Start(string arguments, string work)
    {
        var problem = "";
        foreach (var program in Programs(work))
        {
            try
            {
                return Wait(program, arguments);
            }
            catch (Exception e) when (e is Win32Exception or IOException or UnauthorizedAccessException)
            {
                problem = $"{program}: {e.Message}";
            }
        }

        return (-1, [$"protoc cannot be started ({problem}). Install protoc on the search path, or use a descriptor set."]);
    }

    private static (int ExitCode, IReadOnlyList<string> Messages) Wait(string program, string arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("@" + arguments);
        using var process = Process.Start(start) ?? throw new IOException("the process did not start");
        // Both pipes are drained while waiting: a full pipe would stop protoc for good.
        var errors = process.StandardError.ReadToEndAsync();
        var outputs = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeoutMilliseconds))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return (-1, [$"protoc was stopped: it had not ended after {TimeoutMilliseconds / 1000} s."]);
        }

        outputs.GetAwaiter().GetResult();
        var text = errors.GetAwaiter().GetResult();
        return (process.ExitCode, text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    private static IEnumerable<string> Programs(string work)
    {
        var bundled = OperatingSystem.IsWindows() ? Path.Combine(Home, "windows_x64", "protoc.exe")
            : OperatingSystem.IsMacOS() ? Path.Combine(Home, "macosx_universal", "protoc")
            : Path.Combine(Home, RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux_arm64" : "linux_x64", "protoc");
        if (File.Exists(bundled))
        {
            if (OperatingSystem.IsWindows() || File.GetUnixFileMode(bundled).HasFlag(UnixFileMode.OtherExecute) || TryMakeExecutable(bundled))
            {
                yield return bundled;
            }
            else
            {
                // Installed without the executable bit by another user, as archives and images do: a copy of our own runs.
                yield return bundled;
                var copy = Path.Combine(work, "protoc");
                File.Copy(bundled, copy);
                TryMakeExecutable(copy);
                yield return copy;
            }
        }

        yield return "protoc";
    }

    private static bool TryMakeExecutable(string path)
    {
        try
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, Executable);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void Delete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is left in the temporary directory is the system's to clear away.
        }
    }
}
