using System.CommandLine;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Cli;

/// <summary><c>check</c>: loads everything, says everything that is wrong, and counts.</summary>
internal static class CheckCommand
{
    // Diagnostics quote paths and names; the output is for programs and terminals, never for HTML.
    internal static readonly JsonSerializerOptions Json = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var (config, contract, import, json) = (CommandLine.ConfigOption(), CommandLine.ContractOption(), CommandLine.ImportOption(), CommandLine.JsonOption());
        var command = new Command("check", "Loads configuration and contracts, prints every finding, and exits 1 on errors.") { config, contract, import, json };
        command.SetAction((parsed, cancel) => RunAsync(
            parsed.GetValue(config)?.ToString(), parsed.GetValue(contract) ?? [], parsed.GetValue(import) ?? [], parsed.GetValue(json), Console.Out, Console.Error, cancel));
        return command;
    }

    public static async Task<int> RunAsync(
        string? config, IReadOnlyList<string> contracts, IReadOnlyList<string> imports, bool json, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var result = ContractInput.Read(config, contracts, imports);
        // Contracts are looked at even where the configuration has errors: all errors at once.
        var loaded = result.Config is null ? null : await ContractInput.LoadAsync(result.Config, cancel);
        var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var failed = result.Errors.Count > 0 || (loaded?.Catalog.Diagnostics.Any(d => d.Severity == Severity.Error) ?? true);
        if (json)
            await output.WriteLineAsync(ToJson(result, loaded, elapsed).ToJsonString(Json));
        else
            Print(result, loaded, elapsed, output, errors);
        return failed ? CommandLine.Failed : 0;
    }

    private static void Print(ConfigResult result, LoadedCatalog? loaded, double elapsed, TextWriter output, TextWriter errors)
    {
        ContractInput.Report(result, errors);
        if (loaded is null)
            return;
        foreach (var diagnostic in loaded.Catalog.Diagnostics.OrderBy(d => d.Severity))
            (diagnostic.Severity == Severity.Error ? errors : output).WriteLine(diagnostic);
        var catalog = loaded.Catalog;
        output.WriteLine($"{catalog.Services.Count} services, {catalog.OperationCount} operations, {loaded.Routes.Routes.Count} routes, {catalog.TypeCount} types in {elapsed:0} ms; "
            + $"{catalog.Diagnostics.Count(d => d.Severity == Severity.Error) + result.Errors.Count} errors, {catalog.Diagnostics.Count(d => d.Severity == Severity.Warning)} warnings");
    }

    private static JsonObject ToJson(ConfigResult result, LoadedCatalog? loaded, double elapsed)
    {
        var diagnostics = new JsonArray();
        foreach (var error in result.Errors)
        {
            diagnostics.Add(new JsonObject
            {
                ["severity"] = "error",
                ["source"] = error.Position.Source,
                ["location"] = error.Position.Line == 0 ? "" : $"{error.Position.Line}:{error.Position.Column}",
                ["message"] = error.Path.Length == 0 ? error.Message : $"{error.Path}: {error.Message}",
            });
        }

        foreach (var diagnostic in loaded?.Catalog.Diagnostics ?? [])
            diagnostics.Add(ToJson(diagnostic));
        return new JsonObject
        {
            ["services"] = loaded?.Catalog.Services.Count ?? 0,
            ["operations"] = loaded?.Catalog.OperationCount ?? 0,
            ["routes"] = loaded?.Routes.Routes.Count ?? 0,
            ["types"] = loaded?.Catalog.TypeCount ?? 0,
            ["elapsedMs"] = Math.Round(elapsed),
            ["diagnostics"] = diagnostics,
        };
    }

    /// <summary>One finding, as check and the admin listener write it.</summary>
    public static JsonObject ToJson(Diagnostic diagnostic) => new()
    {
        ["severity"] = diagnostic.Severity.ToString().ToLowerInvariant(),
        ["source"] = diagnostic.Place.Source,
        ["location"] = diagnostic.Place.Location,
        ["message"] = diagnostic.Message,
    };
}
