using System.CommandLine;
using ProtocolGateway.Config;

namespace ProtocolGateway.Cli;

/// <summary><c>export</c>: writes documents that are generated.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var schema = new Command("config-schema", "JSON Schema of the configuration, for editors.");
        schema.SetAction(_ =>
        {
            Console.Out.Write(ConfigSchema.Write());
            return 0;
        });
        return new Command("export", "Writes generated documents to standard output.") { schema };
    }
}
