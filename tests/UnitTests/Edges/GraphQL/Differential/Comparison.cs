using System.Text.Json;
using UnitTests.Edges.GraphQL.Execution;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>Our answer and our calls against those of graphql-js.</summary>
internal sealed class Comparison(JsOracle js)
{
    private readonly ExpectedCalls _calls = new(js.Ours.Schema);

    /// <summary>What differs, with all that a reader needs; null where nothing does.</summary>
    public async Task<string?> DifferenceAsync(GraphCase one)
    {
        var answer = await js.ExecuteAsync(one);
        var ours = await RunAsync(js.Ours, one);
        var (mine, theirs) = (Answers.Of(ours), OfJs(answer));
        if (mine.Data != theirs.Data || !mine.Paths.SequenceEqual(theirs.Paths))
            return $"{one}ours:   {ours}\ntheirs: {answer}";
        if (mine.Data is null)
            return null;
        return _calls.Difference(answer.GetProperty("calls"), [.. js.Ours.Calls], one.Document.StartsWith("mutation", StringComparison.Ordinal)) is { } difference ? $"{one}{difference}" : null;
    }

    /// <summary>Our response map.</summary>
    public static async Task<string> RunAsync(RunningSchema schema, GraphCase one)
    {
        schema.Calls.Clear();
        foreach (var (operation, json) in one.Data)
            schema.On(operation, json.Length == 0 ? ProtocolGateway.Envelope.Errors.GatewayErrors.BackendProtocol("x", "fails") : json);
        return await schema.RunAsync(one.Document, one.Variables, one.OperationName);
    }

    // A request that is refused has no data, and errors without a path.
    private static Answers OfJs(JsonElement answer)
    {
        if (!answer.TryGetProperty("hasData", out var hasData))
            return new(null, ["null"]);
        return new(
            hasData.GetBoolean() ? Answers.Canonical(answer.GetProperty("data")) : null,
            answer.TryGetProperty("paths", out var paths) ? Answers.Sorted(paths.EnumerateArray().Select(static p => p.GetRawText())) : []);
    }
}
