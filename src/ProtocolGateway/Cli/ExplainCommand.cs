using System.CommandLine;

namespace ProtocolGateway.Cli;

/// <summary><c>explain</c>: which rule of which operation a request hits, and why.</summary>
internal static class ExplainCommand
{
    public static Command Create() => new("explain", "x");
}
