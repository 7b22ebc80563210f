using System.Diagnostics;
using System.Globalization;

namespace ProtocolGateway.Load.Running;

/// <summary>What the machine allows: files, processors, and what a process has used of them. Linux.</summary>
internal static class Machine
{
    // USER_HZ of /proc/PID/stat: 100 on every Linux of this century.
    private const double Hertz = 100;

    // Beside the clients': the runtime's own files, listeners, the backends' connections.
    private const int OtherFiles = 300;

    /// <summary>The processor that the gateway has to itself, as taskset takes it; null where there is only one, or no taskset.</summary>
    public static string? GatewayProcessor { get; private set; }

    /// <summary>Puts this process, and what it starts later, on all processors but the first, which the gateway gets.</summary>
    /// <returns>How the processors are divided, for a reader of the figures.</returns>
    public static string Divide()
    {
        var all = Allowed();
        if (all.Count < 2)
            return "the gateway and the load share one processor";
        var mine = string.Join(',', all.Skip(1));
        try
        {
            // All threads: those that the runtime has started already too.
            using var taskset = Process.Start(new ProcessStartInfo("taskset", ["-a", "-p", "-c", mine, $"{Environment.ProcessId}"]) { RedirectStandardOutput = true })!;
            taskset.WaitForExit();
            if (taskset.ExitCode != 0)
                return "taskset failed: the gateway and the load share all processors";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "no taskset: the gateway and the load share all processors";
        }

        GatewayProcessor = $"{all[0]}";
        return $"the gateway has processor {all[0]}, the load and the backend {mine}";
    }

    /// <summary>Fails where this process may not open so many sockets. The gateway inherits its limit.</summary>
    public static void RequireFiles(int sockets)
    {
        // The runtime has raised the soft limit to the hard one.
        var line = File.ReadLines("/proc/self/limits").First(static l => l.StartsWith("Max open files", StringComparison.Ordinal));
        var limit = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        var needed = sockets + OtherFiles;
        if (limit != "unlimited" && long.Parse(limit, CultureInfo.InvariantCulture) < needed)
            throw new LoadException($"{sockets} clients need {needed} open files, and this process may have {limit}. Raise it first: ulimit -n {needed} (as root: prlimit --pid $$ --nofile={needed}), or ask for fewer clients.");
        var range = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var ports = int.Parse(range[1], CultureInfo.InvariantCulture) - int.Parse(range[0], CultureInfo.InvariantCulture);
        if (sockets > ports)
            throw new LoadException($"{sockets} clients need as many ports, and there are {ports} (net.ipv4.ip_local_port_range).");
    }

    /// <summary>The user and the system time of a process, in seconds.</summary>
    public static (double User, double System) CpuOf(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        // The name, in brackets, may hold spaces.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) / Hertz, double.Parse(fields[12], CultureInfo.InvariantCulture) / Hertz);
    }

    /// <summary>The memory of a process, in MiB.</summary>
    public static double MemoryOf(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    private static List<int> Allowed()
    {
        var line = File.ReadLines("/proc/self/status").First(static l => l.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal));
        var all = new List<int>();
        foreach (var range in line.Split(':')[1].Trim().Split(','))
        {
            var ends = range.Split('-').Select(static e => int.Parse(e, CultureInfo.InvariantCulture)).ToArray();
            all.AddRange(Enumerable.Range(ends[0], ends[^1] - ends[0] + 1));
        }

        return all;
    }
}
