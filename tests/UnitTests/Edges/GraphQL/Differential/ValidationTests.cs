using System.Text.RegularExpressions;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using Xunit;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>What we refuse before any call is what graphql-js refuses.</summary>
public sealed partial class ValidationTests(JsOracle js) : IClassFixture<JsOracle>
{
    private static readonly string[] Pool =
    [
        "id", "Beast", "Item", "Pet", "Cat", "Color", "Query", "String", "Int", "nope", "null", "1", "1.5", "\"x\"", "true", "COLOR_RED", "[", "]", "{", "}", "(", ")", "!", ":", "=", "on", "...",
        "@ skip", "@ include", "@ deprecated", "@ nope", "$ v0", "$ nope", "__typename", "__schema", "fragment", "F0", "subscription", "query", "mutation", "watchBeasts", "kind", "{ id : \"\" }",
    ];

    [Fact]
    public async Task Documents_that_break_one_rule_are_refused()
    {
        var wrong = new List<string>();
        foreach (var document in InvalidDocuments.All)
        {
            if (await DifferenceAsync(document) is { } difference)
                wrong.Add(difference);
            else if (!await IsRefusedAsync(document))
                wrong.Add("Nobody refuses " + document);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public async Task Documents_at_the_edge_of_a_rule_are_taken()
    {
        var wrong = new List<string>();
        foreach (var document in InvalidDocuments.ButTheseAreNot)
        {
            if (await DifferenceAsync(document) is { } difference)
                wrong.Add(difference);
            else if (await IsRefusedAsync(document))
                wrong.Add("All refuse " + document);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public Task Damaged_documents_are_refused_alike() => Property.HoldsAsync(1500, Damage, DifferenceAsync);

    [Fact]
    public Task Fields_merge_and_conflict_alike() =>
        Property.HoldsAsync(1500, choices => new DocumentMaker(choices, js.Ours.Schema, mayConflict: true).Make().Document, DifferenceAsync);

    private async Task<string?> DifferenceAsync(string document)
    {
        var name = Name().Match(document) is { Success: true } found ? found.Groups[1].Value : null;
        var kind = js.Ours.FailureOf(document, operationName: name);
        // Which of several operations is meant, validation does not ask.
        if (kind == GraphFailureKind.Operation)
            return null;
        var theirs = await js.ValidateAsync(document);
        var refused = kind is GraphFailureKind.Syntax or GraphFailureKind.Validation or GraphFailureKind.Limit;
        return refused == theirs.Length > 0 ? null : $"{document}\n  ours: {kind} {Why(document)}\n  theirs: {(theirs.Length == 0 ? "valid" : string.Join(" | ", theirs))}";
    }

    private async Task<bool> IsRefusedAsync(string document) => (await js.ValidateAsync(document)).Length > 0;

    private string Why(string document)
    {
        using var prepared = js.Ours.Prepare(document);
        return string.Join(" | ", prepared.Failure?.Select(static e => e.Message) ?? []);
    }

    // One or two tokens of a valid document go, come twice, or become others.
    private string Damage(Choices choices)
    {
        var tokens = Token().Matches(new DocumentMaker(choices, js.Ours.Schema).Make().Document).Select(static m => m.Value).ToList();
        do
        {
            var at = choices.Next(tokens.Count);
            switch (choices.Next(4))
            {
                case 0:
                    tokens[at] = choices.Of(Pool);
                    break;
                case 1:
                    tokens.RemoveAt(at);
                    break;
                case 2:
                    tokens.Insert(at, tokens[at]);
                    break;
                default:
                    tokens[at] = choices.Of(tokens);
                    break;
            }
        }
        while (tokens.Count > 1 && choices.Chance(30));

        return string.Join(' ', tokens);
    }

    [GeneratedRegex("^\\s*(?:query|mutation|subscription)\\s+([A-Za-z_]\\w*)")]
    private static partial Regex Name();

    [GeneratedRegex("\\.\\.\\.|\"\"\".*?\"\"\"|\"(\\\\.|[^\"])*\"|[A-Za-z_][A-Za-z0-9_]*|-?[0-9][0-9.eE+-]*|[^\\s,]")]
    private static partial Regex Token();
}
