using System.Text.Json;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using Xunit;

namespace UnitTests.Edges.GraphQL.Execution;

/// <summary>Documents that are made to cost: each is refused by its measure before it does.</summary>
public sealed class HostileDocumentTests
{
    private const string Tree =
        """
        message Node { string id = 1; Node left = 2; Node right = 3; repeated Node nodes = 4; }
        message Ask { string id = 1; }
        service Trees { rpc GetNode(Ask) returns (Node); rpc WatchNode(Ask) returns (stream Node); }
        """;

    [Theory]
    [InlineData("{ __schema { types { fields { type { fields { name } } } } } }", "Lists of the schema within each other: the document has 3, 2 are allowed.")]
    [InlineData("{ __schema { ...S } } fragment S on __Schema { types { ...T } } fragment T on __Type { fields { args { type { inputFields { name } } } } }", "Lists of the schema within each other: the document has 3, 2 are allowed.")]
    [InlineData("""{ __type(name: "Node") { fields { type { fields { type { possibleTypes { name } } } } } } }""", "Lists of the schema within each other: the document has 3, 2 are allowed.")]
    public async Task Questions_on_the_schema_nest_no_deeper_than_tools_ask(string document, string message) =>
        Assert.Contains(message, await RunningSchema.Of(Tree).RunAsync(document), StringComparison.Ordinal);

    [Fact]
    public async Task Questions_on_the_schema_are_not_asked_many_times_at_once()
    {
        var lists = string.Join(' ', Enumerable.Range(0, 16).Select(static i => $"f{i}: fields {{ name }}"));
        Assert.Contains("Lists of the schema: the document has 17, 15 are allowed.", await RunningSchema.Of(Tree).RunAsync($"{{ __schema {{ types {{ {lists} }} }} }}"), StringComparison.Ordinal);
        Assert.DoesNotContain("errors", await RunningSchema.Of(Tree).RunAsync("""{ __type(name: "Node") { fields { type { fields { name } } } } }"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_of_contracts_may_be_named_as_those_of_the_schema()
    {
        var schema = RunningSchema.Of("message Type { string id = 1; repeated Type types = 2; repeated Type fields = 3; } message Ask { string id = 1; } service S { rpc GetType(Ask) returns (Type); }");
        Assert.DoesNotContain("LIMIT_EXCEEDED", await schema.RunAsync("{ getType { types { fields { types { fields { id } } } } } }"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_operations_over_many_fragments_are_refused_before_they_are_validated()
    {
        var operations = string.Concat(Enumerable.Range(0, 200).Select(static i => $"query Q{i} {{ getNode {{ ...F0 }} }} "));
        var fragments = string.Concat(Enumerable.Range(0, 200).Select(static i => $"fragment F{i} on Node {{ ...F{i + 1} }} "));
        var answer = await RunningSchema.Of(Tree).RunAsync(operations + fragments + "fragment F200 on Node { id }", operationName: "Q1");
        Assert.Contains("Operations times fragments: the document has 40200, 20000 are allowed.", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_of_mistakes_is_short_and_quotes_little()
    {
        using var many = JsonDocument.Parse(await RunningSchema.Of(Tree).RunAsync($"{{ getNode {{ {string.Join(' ', Enumerable.Range(0, 200).Select(static i => "nope" + i))} }} }}"));
        Assert.Equal(101, many.RootElement.GetProperty("errors").GetArrayLength());
        Assert.Equal("There are more mistakes; the first 100 are told.", many.RootElement.GetProperty("errors")[100].GetProperty("message").GetString());
        var name = new string('a', 100_000);
        Assert.True((await RunningSchema.Of(Tree).RunAsync($"{{ {name} }}")).Length < 2_000);
        Assert.True((await RunningSchema.Of(Tree).RunAsync("{ getNode { id } }", operationName: name)).Length < 2_000);
    }

    [Theory]
    [InlineData("subscription { watchNode @skip(if: true) { id } }", "")]
    [InlineData("subscription($s: Boolean!) { watchNode @skip(if: $s) { id } }", """{"s":true}""")]
    [InlineData("subscription($s: Boolean!) { ...A @skip(if: $s) } fragment A on Subscription { watchNode { id } }", """{"s":true}""")]
    public void A_subscription_whose_field_is_skipped_is_refused(string document, string variables) =>
        Assert.Equal(GraphFailureKind.Validation, RunningSchema.Of(Tree).FailureOf(document, variables));

    [Fact]
    public void A_variable_that_decides_what_is_skipped_is_not_null() =>
        Assert.Equal(GraphFailureKind.Variables, RunningSchema.Of(Tree).FailureOf("query($s: Boolean = true) { getNode @include(if: $s) { id } }", """{"s":null}"""));

    [Fact]
    public void Documents_are_kept_by_what_their_plans_take_not_by_their_length()
    {
        // A short text whose fragments expand to a thousand fields.
        var fragments = "fragment A on Node { id left { ...B } right { ...B } } fragment B on Node { id left { ...C } right { ...C } } fragment C on Node { id left { ...D } right { ...D } }"
            + " fragment D on Node { id left { ...E } right { ...E } } fragment E on Node { id left { ...F } right { ...F } } fragment F on Node { id left { id } right { id } }";
        var schema = RunningSchema.Of(Tree, edge: new GraphEdgeOptions { MaxCachedDocumentBytes = 4 * 1024 * 1024 });
        for (var i = 0; i < 50; i++)
            using (schema.Prepare($"query Q{i} {{ getNode {{ ...A }} }} {fragments}"))
            {
            }

        Assert.InRange(schema.Executor.CachedDocuments, 1, 20);
    }

    [Fact]
    public void A_document_weighs_more_with_each_choice_that_is_asked_for()
    {
        var schema = RunningSchema.Of(Tree, edge: new GraphEdgeOptions { MaxCachedDocumentBytes = 200_000 });
        for (var i = 0; i < 10; i++)
        {
            for (var choice = 0; choice < 16; choice++)
            {
                var bits = choice;
                var variables = "{" + string.Join(',', Enumerable.Range(0, 4).Select(b => $"\"v{b}\":{((bits >> b & 1) != 0 ? "true" : "false")}")) + "}";
                using var prepared = schema.Prepare($"query Q{i}($v0: Boolean!, $v1: Boolean!, $v2: Boolean!, $v3: Boolean!) {{ getNode {{ a: id @skip(if: $v0) b: id @skip(if: $v1) c: id @skip(if: $v2) d: id @skip(if: $v3) }} }}", variables);
                Assert.Null(prepared.Failure);
            }
        }

        Assert.InRange(schema.Executor.CachedDocuments, 0, 2);
    }

    [Fact]
    public async Task Names_with_capital_letters_are_the_same_for_validation_and_plans()
    {
        const string paths =
            """
              /things:
                get:
                  operationId: listThings
                  parameters: [ { name: X-Note, in: header, schema: { type: string } }, { name: Size, in: query, schema: { type: integer } } ]
                  responses: { '200': { description: ok, content: { application/json: { schema: { type: object, properties: { Name: { type: string } } } } } } }
            """;
        var schema = RunningSchema.Of(Tree, paths).On("listThings", """{"Name":"a"}""");
        Assert.Equal("""{"data":{"listThings":{"Name":"a"}}}""", await schema.RunAsync("""{ listThings(X_Note: "n", Size: 3) { Name } }"""));
        Assert.Equal(["GET /things?Size=3"], schema.Calls);
        Assert.Contains("GRAPHQL_VALIDATION_FAILED", await schema.RunAsync("{ listThings { name } }"), StringComparison.Ordinal);
    }
}
