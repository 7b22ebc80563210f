using Xunit;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>Tables of the specification's input coercion: each built-in scalar, enums, lists and objects, as a literal and as a variable, valid and not.</summary>
public sealed class CoercionTests(JsOracle js) : IClassFixture<JsOracle>
{
    private static readonly (string Argument, string Type)[] Places =
    [
        ("n", "Int"), ("ratio", "Float"), ("text", "String"), ("flag", "Boolean"), ("color", "Color"), ("ids", "[String!]"), ("colors", "[Color!]"), ("leaf", "LeafInput"),
        ("leaves", "[LeafInput!]"), ("by", "FindBeastsRequestByInput"), ("byNumber", "[IntToStringEntryInput!]"),
    ];

    private static readonly string[] Literals =
    [
        "0", "1", "-1", "2147483647", "2147483648", "-2147483648", "-2147483649", "12345678901234567890", "1.0", "1.5", "1e3", "-1.5E-2", "\"\"", "\"1\"", "\"true\"", "\"\"\"b\"\"\"",
        "\"COLOR_RED\"", "true", "false", "null", "COLOR_RED", "NOPE", "[]", "[1]", "[null]", "[\"a\"]", "[\"a\", null]", "[[\"a\"]]", "[COLOR_RED]", "{}", "{id: \"1\"}", "{id: 1}", "{id: null}", "{nope: 1}",
        "[{id: \"1\"}]", "{owner: {leaf: {size: 1}}}", "{owner: {leaf: {size: 1.5}}}", "{prefix: \"a\"}", "{prefix: \"a\", num: 1}", "{prefix: null}", "{near: {size: 1}}", "{key: 1, value: \"a\"}", "{key: 1}",
        "[{key: 1, value: \"a\"}, {key: 2, value: \"b\"}]",
    ];

    private static readonly string[] Values =
    [
        "0", "1", "-1", "2147483647", "2147483648", "-2147483648", "-2147483649", "12345678901234567890", "1.0", "1.5", "1e3", "-1.5E-2", "\"\"", "\"1\"", "\"true\"", "\"COLOR_RED\"", "true", "false",
        "null", "\"NOPE\"", "[]", "[1]", "[null]", "[\"a\"]", "[\"a\",null]", "[[\"a\"]]", "[\"COLOR_RED\"]", "{}", "{\"id\":\"1\"}", "{\"id\":1}", "{\"id\":null}", "{\"nope\":1}", "[{\"id\":\"1\"}]",
        "{\"owner\":{\"leaf\":{\"size\":1}}}", "{\"owner\":{\"leaf\":{\"size\":1.5}}}", "{\"prefix\":\"a\"}", "{\"prefix\":\"a\",\"num\":1}", "{\"prefix\":null}", "{\"near\":{\"size\":1}}", "{\"key\":1,\"value\":\"a\"}",
        "{\"key\":1}", "[{\"key\":1,\"value\":\"a\"},{\"key\":2,\"value\":\"b\"}]",
    ];

    private static readonly Dictionary<string, string> Data = new() { ["FindBeasts"] = "{}" };

    [Fact]
    public async Task Literals_are_taken_and_refused_alike() =>
        await HoldAsync(Places.SelectMany(static p => Literals.Select(l => new GraphCase($"{{ findBeasts({p.Argument}: {l}) {{ next }} }}", "{}", null, Data))));

    [Fact]
    public async Task Variables_are_taken_and_refused_alike() =>
        await HoldAsync(Places.SelectMany(static p => Values.SelectMany(v => new[]
        {
            new GraphCase($"query($v: {p.Type}) {{ findBeasts({p.Argument}: $v) {{ next }} }}", $"{{\"v\":{v}}}", null, Data),
            new GraphCase($"query($v: {p.Type}!) {{ findBeasts({p.Argument}: $v) {{ next }} }}", $"{{\"v\":{v}}}", null, Data),
        })));

    [Fact]
    public async Task Variables_that_are_not_given_are_alike() =>
        await HoldAsync(Places.SelectMany(static p => new[]
        {
            new GraphCase($"query($v: {p.Type}) {{ findBeasts({p.Argument}: $v) {{ next }} }}", "{}", null, Data),
            new GraphCase($"query($v: {p.Type}!) {{ findBeasts({p.Argument}: $v) {{ next }} }}", "{}", null, Data),
            new GraphCase($"query($v: {p.Type} = null) {{ findBeasts({p.Argument}: $v) {{ next }} }}", "{}", null, Data),
        }));

    private async Task HoldAsync(IEnumerable<GraphCase> cases)
    {
        var comparison = new Comparison(js);
        var wrong = new List<string>();
        foreach (var one in cases)
        {
            if (await comparison.DifferenceAsync(one) is { } difference)
                wrong.Add(difference);
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }
}
