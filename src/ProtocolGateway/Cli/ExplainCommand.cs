using System.CommandLine;
using System.Text.Json.Nodes;
using ProtocolGateway.Config;
using ProtocolGateway.Edges.Rest.Binding;
using ProtocolGateway.Edges.Rest.Routing;
using ProtocolGateway.Hosting;

namespace ProtocolGateway.Cli;

/// <summary><c>explain</c>: which rule of which operation a request hits, what it binds, and which rules came close.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var method = new Argument<string?>("METHOD") { Description = "The HTTP method.", Arity = ArgumentArity.ZeroOrOne };
        var url = new Argument<string?>("URL") { Description = "A path with its query, or a whole URL; escaped as on the wire.", Arity = ArgumentArity.ZeroOrOne };
        var graph = new ExplainGraphQl();
        var (config, contract, import, json) = (CommandLine.ConfigOption(), CommandLine.ContractOption(), CommandLine.ImportOption(), CommandLine.JsonOption());
        var command = new Command("explain", "Says which rule of which operation a request hits, every field bound, and the runner-up rules; or, with --graphql, how a GraphQL document is carried out.") { method, url, config, contract, import, json };
        graph.AddTo(command);
        command.Validators.Add(parsed =>
        {
            if (graph.IsAsked(parsed) == parsed.GetValue(url) is not null)
                parsed.AddError("explain takes METHOD and URL, or --graphql FILE.");
        });
        command.SetAction((parsed, cancel) =>
        {
            var input = ContractInput.Read(parsed.GetValue(config)?.ToString(), parsed.GetValue(contract) ?? [], parsed.GetValue(import) ?? []);
            return graph.IsAsked(parsed.CommandResult)
                ? graph.RunAsync(parsed, input, cancel)
                : RunAsync(parsed.GetValue(method)!, parsed.GetValue(url)!, input, parsed.GetValue(json), cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(string method, string url, ConfigResult result, bool json, CancellationToken cancel)
    {
        if (ContractInput.Report(result, Console.Error))
            return CommandLine.Failed;
        var loaded = await ContractInput.LoadAsync(result.Config!, cancel);
        var routes = loaded.Routes;
        // The options of the operation's own service decide which parameters are refused.
        var options = routes.Match(method, url, out var match) == RouteOutcome.Found ? RestDescription.BindingOf(result.Config!, match.Route!.Service.Name) : null;
        var explanation = RouteExplainer.Explain(routes, method, url, options);
        if (json)
            Console.Out.WriteLine(ToJson(explanation).ToJsonString(CheckCommand.Json));
        else
            Print(explanation, Console.Out);
        return 0;
    }

    private static void Print(RouteExplanation explanation, TextWriter output)
    {
        if (explanation.Operation is null)
            output.WriteLine(explanation.Status == 405 ? $"405: the path takes {explanation.Allow}" : $"{explanation.Status}: nothing matches");
        else
            output.WriteLine($"{explanation.Operation}\n  by {explanation.Rule}");
        foreach (var (field, value) in explanation.Fields)
            output.WriteLine($"  {field} = \"{value}\"");
        foreach (var name in explanation.UnknownParameters)
            output.WriteLine($"  ?{name}: no field takes this parameter");
        foreach (var rejected in explanation.Rejected)
            output.WriteLine($"  not {rejected.Rule} of {rejected.Operation}: {rejected.Why}");
    }

    private static JsonObject ToJson(RouteExplanation explanation)
    {
        var fields = new JsonObject();
        foreach (var (field, value) in explanation.Fields)
            fields[field] = value;
        var json = new JsonObject { ["operation"] = explanation.Operation };
        if (explanation.Status is { } status)
            json["status"] = status;
        if (explanation.Allow is { } allow)
            json["allow"] = allow;
        json["rule"] = explanation.Rule;
        json["fields"] = fields;
        json["unknownParameters"] = new JsonArray([.. explanation.UnknownParameters.Select(n => (JsonNode)n)]);
        json["rejected"] = new JsonArray([.. explanation.Rejected.Select(r => (JsonNode)new JsonObject { ["operation"] = r.Operation, ["rule"] = r.Rule, ["why"] = r.Why })]);
        return json;
    }
}
