using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ProtocolGateway.Edges.GraphQL.Schema;
using UnitTests.Edges.GraphQL.Execution;
using UnitTests.Edges.GraphQL.Schema;
using Xunit;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>graphql-js in a process of its own, which takes one case after the other; and our executor over the same schema. One for all tests of a class.</summary>
public sealed class JsOracle : IAsyncLifetime
{
    private const string Package = "graphql@16.11.0";

    private readonly SemaphoreSlim _one = new(1);
    private DirectoryInfo? _work;
    private Process? _process;
    private string? _missing;

    internal RunningSchema Ours { get; } = MenagerieContracts.Run();

    public async ValueTask InitializeAsync()
    {
        try
        {
            var npm = await GraphQlJs.InstallAsync(Package);
            _work = Directory.CreateTempSubdirectory("oracle-");
            var sdl = Path.Combine(_work.FullName, "schema.graphql");
            await File.WriteAllTextAsync(sdl, GraphSdlWriter.Write(Ours.Schema));
            var here = Path.Combine(AppContext.BaseDirectory, "Edges", "GraphQL", "Differential");
            var start = new ProcessStartInfo("node", [Path.Combine(here, "oracle.js"), sdl, Path.Combine(here, "facts.json")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                StandardInputEncoding = new UTF8Encoding(false),
                StandardOutputEncoding = new UTF8Encoding(false),
            };
            start.Environment["NODE_PATH"] = Path.Combine(npm, "node_modules");
            _process = Process.Start(start)!;
        }
        catch (Exception e) when (e.Message.StartsWith(DynamicSkipToken, StringComparison.Ordinal))
        {
            // A class cannot be skipped from here; each of its tests is.
            _missing = e.Message[DynamicSkipToken.Length..];
        }
    }

    public ValueTask DisposeAsync()
    {
        _process?.Kill();
        _process?.Dispose();
        _work?.Delete(recursive: true);
        _one.Dispose();
        return default;
    }

    /// <summary>Executes a case.</summary>
    internal Task<JsonElement> ExecuteAsync(GraphCase one) => AskAsync(writer =>
    {
        writer.WriteString("query", one.Document);
        writer.WritePropertyName("variables");
        writer.WriteRawValue(one.Variables);
        if (one.OperationName is not null)
            writer.WriteString("operationName", one.OperationName);
        writer.WriteStartObject("data");
        foreach (var (operation, json) in one.Data)
        {
            writer.WritePropertyName(operation);
            writer.WriteRawValue(json.Length == 0 ? "null" : $"{{\"json\":{json}}}");
        }

        writer.WriteEndObject();
    });

    /// <summary>What is wrong with a document; empty for one that is valid.</summary>
    internal async Task<string[]> ValidateAsync(string document)
    {
        var answer = await AskAsync(writer =>
        {
            writer.WriteString("query", document);
            writer.WriteBoolean("only", true);
        });
        return answer.TryGetProperty("syntax", out var syntax) ? [syntax.GetString()!] : [.. answer.GetProperty("invalid").EnumerateArray().Select(static m => m.GetString()!)];
    }

    private const string DynamicSkipToken = "$XunitDynamicSkip$";

    private async Task<JsonElement> AskAsync(Action<Utf8JsonWriter> write)
    {
        Assert.SkipWhen(_process is null, _missing ?? "no node");
        using var line = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        await _one.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(Encoding.UTF8.GetString(line.ToArray()));
            await _process.StandardInput.FlushAsync();
            var answer = await _process.StandardOutput.ReadLineAsync();
            Assert.NotNull(answer);
            using var document = JsonDocument.Parse(answer, new JsonDocumentOptions { MaxDepth = 512 });
            Assert.False(document.RootElement.TryGetProperty("crash", out var crash), crash.ToString());
            return document.RootElement.Clone();
        }
        finally
        {
            _one.Release();
        }
    }
}
