using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using ProtocolGateway.Config;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Hosting;

namespace ProtocolGateway.Cli;

/// <summary><c>explain --graphql FILE</c>: the calls that a document leads to, and where what they answer goes.</summary>
internal sealed class ExplainGraphQl
{
    private readonly Option<FileInfo?> _file = new("--graphql") { Description = "A file with a GraphQL document: prints its plan.", HelpName = "FILE" };
    private readonly Option<string?> _operation = new("--operation") { Description = "With --graphql: which of the document's operations.", HelpName = "NAME" };
    private readonly Option<string?> _variables = new("--variables") { Description = "With --graphql: the variables as a JSON object; they choose what is skipped and included.", HelpName = "JSON" };

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_file);
        command.Options.Add(_operation);
        command.Options.Add(_variables);
    }

    /// <summary>The option was given.</summary>
    public bool IsAsked(CommandResult parsed) => parsed.GetValue(_file) is not null;

    /// <summary>Prints the plan.</summary>
    public async Task<int> RunAsync(ParseResult parsed, ConfigResult input, CancellationToken cancel)
    {
        var file = parsed.GetValue(_file)!;
        if (ContractInput.Report(input, Console.Error))
            return CommandLine.Failed;
        if (!file.Exists)
        {
            Console.Error.WriteLine($"{file}: there is no such file.");
            return CommandLine.Failed;
        }

        var loaded = await ContractInput.LoadAsync(input.Config!, cancel);
        if (loaded.Graph is not { } schema)
        {
            Console.Error.WriteLine(ExportGraphQl.WhyNone(input.Config!.Edges.Graphql));
            return CommandLine.Failed;
        }

        var explainer = new GraphExplainer(schema, loaded.Catalog, GraphDescription.LimitsOf(input.Config!));
        var text = explainer.Explain(await File.ReadAllTextAsync(file.FullName, cancel), parsed.GetValue(_operation), Encoding.UTF8.GetBytes(parsed.GetValue(_variables) ?? ""), out var errors);
        foreach (var error in errors)
            Console.Error.WriteLine($"{file}:{error}");
        Console.Out.Write(text);
        return text is null ? CommandLine.Failed : 0;
    }
}
