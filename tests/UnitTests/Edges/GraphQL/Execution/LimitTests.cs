using System.Text.Json;
using ProtocolGateway.Edges.GraphQL;
using Xunit;

namespace UnitTests.Edges.GraphQL.Execution;

/// <summary>What a document may ask for: each rejection says which limit, how much was found and how much is allowed, and no backend is asked.</summary>
public sealed class LimitTests
{
    private const string Tree =
        """
        message Node { string id = 1; Node next = 2; repeated Node nodes = 3; }
        message Ask { string id = 1; int32 page_size = 2; }
        message Wide { int64 page_size = 1; }
        message Page { repeated Node nodes = 1; }
        service Trees { rpc GetNode(Ask) returns (Node); rpc ListNodes(Ask) returns (Page); rpc ListWide(Wide) returns (Page); rpc MoveNodes(Wide) returns (Page); }
        """;

    [Theory]
    [InlineData("{ getNode { next { next { id } } } }", "Depth: the document has 4, 3 are allowed.")]
    [InlineData("{ getNode { ...A } } fragment A on Node { next { ...B } } fragment B on Node { next { id } }", "Depth: the document has 4, 3 are allowed.")]
    [InlineData("{ a: __typename b: __typename c: __typename }", "Aliases: the document has 3, 2 are allowed.")]
    [InlineData("{ getNode { ...A ...A } listNodes { nodes { ...A } } } fragment A on Node { a: id }", "Aliases: the document has 3, 2 are allowed.")]
    [InlineData("{ getNode { id } listNodes { nodes { id } } __typename }", "Root fields: the document has 3, 2 are allowed.")]
    [InlineData("{ __typename @include(if: true) @skip(if: false) @include(if: true) @skip(if: false) }", "Directives: the document has 4, 3 are allowed.")]
    [InlineData("{ getNode { id id id id id id id id id } }", "Fields: the document has 10, 9 are allowed.")]
    [InlineData("{ __typename # many words in a comment are no tokens, but these are many\n getNode { id id id id id id id id id id id id id id id id id id id id id id id id id id id id id id id id id id id } }", "Tokens: the document has more than 40, which are allowed.")]
    [InlineData("{ listNodes(pageSize: 100) { nodes { id } } }", "Cost: the operation costs 102, 100 are allowed.")]
    [InlineData("{ listWide(pageSize: \"100\") { nodes { id } } }", "Cost: the operation costs 102, 100 are allowed.")]
    [InlineData("mutation { moveNodes(input: { pageSize: \"100\" }) { nodes { id } } }", "Cost: the operation costs 102, 100 are allowed.")]
    [InlineData("mutation M($n: Int64 = \"100\") { moveNodes(input: { pageSize: $n }) { nodes { id } } }", "Cost: the operation costs 102, 100 are allowed.")]
    [InlineData("mutation M($i: WideInput = { pageSize: \"100\" }) { moveNodes(input: $i) { nodes { id } } }", "Cost: the operation costs 102, 100 are allowed.")]
    [InlineData("query Q($n: Int = 100) { listNodes(pageSize: $n) { nodes { id } } }", "Cost: the operation costs 102, 100 are allowed.")]
    public async Task A_limit_that_is_passed_is_named(string document, string message)
    {
        var schema = RunningSchema.Of(Tree, limits: new GraphLimits { MaxDepth = 3, MaxAliases = 2, MaxRootFields = 2, MaxDirectives = 3, MaxFields = 9, MaxTokens = 40, MaxCost = 100 });
        using var answer = JsonDocument.Parse(await schema.RunAsync(document));
        var error = answer.RootElement.GetProperty("errors")[0];
        Assert.Equal(message, error.GetProperty("message").GetString());
        Assert.Equal("LIMIT_EXCEEDED", error.GetProperty("extensions").GetProperty("code").GetString());
        Assert.False(answer.RootElement.TryGetProperty("data", out _));
        Assert.Empty(schema.Calls);
    }

    [Fact]
    public async Task Lists_multiply_what_is_in_them()
    {
        var schema = RunningSchema.Of(Tree, limits: new GraphLimits { MaxCost = 1, AssumedListSize = 5 });
        // The call, the page, 3 nodes, 5 nodes in each.
        Assert.Contains("costs 20,", await schema.RunAsync("query Q($n: Int) { listNodes(pageSize: $n) { nodes { nodes { id } } } }", """{"n":3}"""), StringComparison.Ordinal);
        Assert.Contains("costs 32,", await schema.RunAsync("query Q($n: Int) { listNodes(pageSize: $n) { nodes { nodes { id } } } }"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_is_too_long_is_not_even_read() =>
        Assert.Contains("Document size: 48 bytes, 20 are allowed.", await RunningSchema.Of(Tree, limits: new GraphLimits { MaxDocumentBytes = 20 }).RunAsync("{ getNode { id id id id id id id id id id id } }"), StringComparison.Ordinal);

    [Fact]
    public async Task Fragments_that_double_at_each_level_are_counted_without_being_expanded()
    {
        var fragments = string.Concat(Enumerable.Range(0, 60).Select(static i => $"fragment F{i} on Node {{ a: next {{ ...F{i + 1} }} b: next {{ ...F{i + 1} }} }} "));
        var answer = await RunningSchema.Of(Tree, limits: new GraphLimits { MaxDepth = 1000 }).RunAsync("{ getNode { ...F0 } } " + fragments + "fragment F60 on Node { id }");
        Assert.Contains("Fields: the document has far too many, 3500 are allowed.", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_introspection_neither_the_schema_nor_similar_names_are_told()
    {
        var open = RunningSchema.Of(Tree);
        var closed = RunningSchema.Of(Tree, limits: new GraphLimits { Introspection = false });
        Assert.Contains("Did you mean", await open.RunAsync("{ getNode { idd } }"), StringComparison.Ordinal);
        Assert.DoesNotContain("Did you mean", await closed.RunAsync("{ getNode { idd } }"), StringComparison.Ordinal);
        Assert.Contains("Introspection is switched off", await closed.RunAsync("{ ...A } fragment A on Query { __schema { types { name } } }"), StringComparison.Ordinal);
        Assert.Contains("Introspection is switched off", await closed.RunAsync("""{ __type(name: "Node") { name } }"""), StringComparison.Ordinal);
        Assert.Equal("""{"data":{"__typename":"Query"}}""", await closed.RunAsync("{ __typename }"));
    }

    [Fact]
    public async Task GraphiQLs_own_question_on_the_schema_is_within_the_limits()
    {
        const string types = "kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }";
        const string question =
            $$"""
            query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind } subscriptionType { name kind } types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
            fragment FullType on __Type { kind name description specifiedByURL isOneOf fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
              inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
            fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
            fragment TypeRef on __Type { {{types}} }
            """;
        var answer = await RunningSchema.Of(Tree).RunAsync(question);
        Assert.StartsWith("""{"data":{"__schema":{""", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("errors", answer, StringComparison.Ordinal);
    }
}
