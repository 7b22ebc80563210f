using System.Text.Json;
using Xunit;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>Our answers to generated documents over generated data, some of it against its contract, are those of graphql-js and of GraphQL.NET.</summary>
public sealed class ExecutionTests(JsOracle js) : IClassFixture<JsOracle>
{
    [Fact]
    public Task Data_errors_paths_and_calls_are_those_of_graphql_js() => Property.HoldsAsync(1500, Make, new Comparison(js).DifferenceAsync);

    [Fact]
    public Task Generated_documents_are_valid() =>
        Property.HoldsAsync(300, Make, async one => await js.ValidateAsync(one.Document) is { Length: > 0 } wrong ? $"{one}{string.Join('\n', wrong)}" : null);

    /// <summary>
    /// Where a non-null field fails, GraphQL.NET carries out the fields beside it all the same and tells of their errors too, though the object around them is
    /// null by then (the specification allows either). So its errors are ours, and others only where nothing is left. Where a variable
    /// with a default is null in a place that is non-null, it lets null pass or refuses the request; graphql-js and the specification ("Coercing Field Arguments") fail
    /// the field, as we do: those cases are left out.
    /// </summary>
    [Fact]
    public Task Data_and_errors_are_those_of_the_executer_of_GraphQL_NET()
    {
        var net = new NetOracle(js.Ours.Schema);
        return Property.HoldsAsync(700, Make, async one =>
        {
            var (ours, theirs) = (await Comparison.RunAsync(js.Ours, one), await net.ExecuteAsync(one));
            if (ours.Contains("is null, but", StringComparison.Ordinal) || theirs.Contains("null input for a non-null variable", StringComparison.Ordinal))
                return null;
            var (mine, others) = (Answers.Of(ours), Answers.Of(theirs));
            var same = mine.Data == others.Data && mine.Paths.All(others.Paths.Contains) && others.Paths.Except(mine.Paths).All(path => IsNulled(ours, path));
            return same ? null : $"{one}ours:   {ours}\ntheirs: {theirs}";
        });
    }

    private GraphCase Make(Choices choices) => new DocumentMaker(choices, js.Ours.Schema).Make();

    // On the way to the path there is a null.
    private static bool IsNulled(string response, string path)
    {
        using var document = JsonDocument.Parse(response, new JsonDocumentOptions { MaxDepth = 512 });
        using var steps = JsonDocument.Parse(path);
        if (!document.RootElement.TryGetProperty("data", out var at) || steps.RootElement.ValueKind != JsonValueKind.Array)
            return false;
        foreach (var step in steps.RootElement.EnumerateArray())
        {
            if (at.ValueKind == JsonValueKind.Null)
                return true;
            at = step.ValueKind == JsonValueKind.Number ? at[step.GetInt32()] : at.GetProperty(step.GetString()!);
        }

        return false;
    }
}
