using System.CommandLine;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Config;
using ProtocolGateway.Hosting;

namespace ProtocolGateway.Cli;

/// <summary><c>run</c>: serves until it is told to stop.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var config = CommandLine.ConfigOption();
        config.Required = true;
        var level = LogLevelOption();
        var command = new Command("run", "Runs the gateway. SIGHUP or a change of the file loads the configuration anew.") { config, level };
        command.SetAction(async (parsed, _) =>
        {
            using var stop = new StopSignals();
            return await RunAsync(parsed.GetValue(config)!.ToString(), parsed.GetValue(level), stop.Token);
        });
        return command;
    }

    public static Option<LogLevel> LogLevelOption() => new("--log-level")
    {
        Description = "The least level that is logged; Debug logs a line for every call.",
        DefaultValueFactory = _ => LogLevel.Information,
    };

    private static async Task<int> RunAsync(string file, LogLevel level, CancellationToken cancel)
    {
        var result = ConfigLoader.Load(file, Environment.GetEnvironmentVariables());
        if (ContractInput.Report(result, Console.Error))
            return CommandLine.Failed;
        return await GatewayHost.RunAsync(result.Config!, file, level, onStarted: null, cancel);
    }
}
