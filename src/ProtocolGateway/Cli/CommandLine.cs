using System.CommandLine;

namespace ProtocolGateway.Cli;

/// <summary>The verbs of the program.</summary>
public static class CommandLine
{
    /// <summary>Exit code for errors in what the user gave; 0 is success.</summary>
    internal const int Failed = 1;

    /// <summary>Parses and runs.</summary>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(string[] args) => Root().Parse(args).InvokeAsync(new InvocationConfiguration
    {
        // The library would take the signals of every verb, and only once a verb waits for the first time. See StopSignals.
        ProcessTerminationTimeout = null,
    });

    internal static Option<FileInfo?> ConfigOption() => new("--config", "-c") { Description = "The configuration file (YAML or JSON)." };

    internal static Option<string[]> ContractOption() => new("--contract")
    {
        Description = "A contract file, in place of a configuration: .proto, .protoset, OpenAPI. May be given more than once.",
        AllowMultipleArgumentsPerToken = true,
    };

    internal static Option<string[]> ImportOption() => new("--import", "-I") { Description = "A directory in which imports of .proto files are looked for." };

    internal static Option<bool> JsonOption() => new("--json") { Description = "Writes JSON, for programs." };

    private static RootCommand Root() => new("Translates REST to gRPC and HTTP services from their contracts.")
    {
        RunCommand.Create(),
        CheckCommand.Create(),
        ExplainCommand.Create(),
        ExportCommand.Create(),
        DemoCommand.Create(),
    };
}
