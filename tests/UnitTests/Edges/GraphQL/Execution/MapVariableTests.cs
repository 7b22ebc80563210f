using Xunit;

namespace UnitTests.Edges.GraphQL.Execution;

/// <summary>One entry of a map may be a variable of its own.</summary>
public sealed class MapVariableTests
{
    private const string Proto = "message M { map<string, int32> by_name = 1; } service S { rpc Get(M) returns (M); }";

    [Theory]
    [InlineData("$e: StringToIntEntryInput!", "$e", """{"e":{"key":"b","value":2}}""", """Get {"byName":{"b":2}}""")]
    [InlineData("$e: StringToIntEntryInput!", """{key: "a", value: 1}, $e""", """{"e":{"value":2,"key":"b"}}""", """Get {"byName":{"a":1,"b":2}}""")]
    [InlineData("""$e: StringToIntEntryInput = {key: "d", value: 4}""", "$e", "{}", """Get {"byName":{"d":4}}""")]
    public async Task It_is_coerced_to_a_member(string definition, string entries, string variables, string call)
    {
        var running = RunningSchema.Of(Proto).On("Get", "{}");
        Assert.Equal("""{"data":{"get":{"__typename":"M"}}}""", await running.RunAsync($"query({definition}) {{ get(byName: [{entries}]) {{ __typename }} }}", variables));
        Assert.Equal([call], running.Calls);
    }

    [Theory]
    [InlineData("$e: StringToIntEntryInput!", """{"e":[{"key":"b","value":2}]}""")]
    [InlineData("$e: StringToIntEntryInput!", """{"e":{"value":2}}""")]
    [InlineData("""$e: StringToIntEntryInput = {key: "d", value: 4}""", """{"e":null}""")]
    public async Task A_value_that_is_no_entry_is_refused(string definition, string variables)
    {
        var running = RunningSchema.Of(Proto).On("Get", "{}");
        var answer = await running.RunAsync($"query({definition}) {{ get(byName: [$e]) {{ __typename }} }}", variables);
        Assert.Contains("\"errors\":[{", answer, StringComparison.Ordinal);
        Assert.Empty(running.Calls);
    }
}
