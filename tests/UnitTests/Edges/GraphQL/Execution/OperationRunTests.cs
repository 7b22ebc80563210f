using System.Text;
using System.Text.Json;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Envelope.Errors;
using Xunit;
using static UnitTests.Edges.GraphQL.Execution.ScriptedRun;

namespace UnitTests.Edges.GraphQL.Execution;

/// <summary>The calls of an operation and what becomes of their answers.</summary>
public sealed class OperationRunTests
{
    [Fact]
    public async Task Root_fields_of_a_query_are_fetched_side_by_side()
    {
        var both = new TaskCompletionSource();
        var waiting = 0;
        async ValueTask<object> Together()
        {
            if (Interlocked.Increment(ref waiting) == 2)
                both.SetResult();
            await both.Task.WaitAsync(TimeSpan.FromSeconds(20));
            return "\"ok\"";
        }

        var run = new ScriptedRun().On("/a", Together).On("/b", Together);
        Assert.Equal("""{"data":{"a":"ok","b":"ok"}}""", await run.RunAsync(Plan(GraphOperationKind.Query, [], Fetch(0, "a", Leaf()), Fetch(1, "b", Leaf()))));
    }

    [Fact]
    public async Task Root_fields_of_a_mutation_come_one_after_the_other_each_with_its_joins()
    {
        var join = JoinOf(0, "team", [("ids", "id")]);
        var first = Fetch(0, "a", Object(Select("User", ["teamId"], Join(join, "team", Team(), 0))));
        join.ParentFetches.Add(first.Fetch!);
        var run = new ScriptedRun().On("/a", """{"teamId":"1"}""").On("/team?ids=1", """[{"id":"1","name":"red"}]""").On("/b", "\"ok\"");
        Assert.Equal("""{"data":{"a":{"team":{"name":"red"}},"b":"ok"}}""", await run.RunAsync(Plan(GraphOperationKind.Mutation, [join], first, Fetch(1, "b", Leaf()))));
        Assert.Equal(["/a", "/team?ids=1", "/b"], run.Calls);
    }

    [Fact]
    public async Task A_batch_asks_once_for_each_key_and_trusts_no_order()
    {
        var join = JoinOf(0, "team", [("ids", "id")]);
        var run = new ScriptedRun().On("/users", """[{"teamId":1},{"teamId":"2"},{"teamId":"1"},{"teamId":null},{"teamId":3}]""")
            .On("/team?ids=1,2,3", """[{"id":2,"name":"blue"},{"id":9,"name":"not asked for"},{"id":"1","name":"red"}]""");
        Assert.Equal(
            """{"data":{"users":[{"team":{"name":"red"}},{"team":{"name":"blue"}},{"team":{"name":"red"}},{"team":null},{"team":null}]}}""",
            await run.RunAsync(Users(join, Team())));
        Assert.Equal(["/users", "/team?ids=1,2,3"], run.Calls);
    }

    [Fact]
    public async Task More_keys_than_a_call_takes_are_shared_out()
    {
        var join = JoinOf(0, "team", [("ids", "id")], most: 2);
        var run = new ScriptedRun().On("/users", """[{"teamId":"1"},{"teamId":"2"},{"teamId":"3"}]""")
            .On("/team?ids=1,2", """[{"id":"1","name":"a"},{"id":"2","name":"b"}]""").On("/team?ids=3", """[{"id":"3","name":"c"}]""");
        Assert.Equal("""{"data":{"users":[{"team":{"name":"a"}},{"team":{"name":"b"}},{"team":{"name":"c"}}]}}""", await run.RunAsync(Users(join, Team())));
        Assert.Equal(3, run.Calls.Count);
    }

    [Fact]
    public async Task A_join_that_is_no_batch_asks_once_for_each_key()
    {
        var join = JoinOf(0, "team", [("id", "id")], batch: false);
        var run = new ScriptedRun().On("/users", """[{"teamId":"1"},{"teamId":"2"},{"teamId":"1"}]""").On("/team?id=1", """{"name":"a"}""").On("/team?id=2", "null");
        Assert.Equal("""{"data":{"users":[{"team":{"name":"a"}},{"team":null},{"team":{"name":"a"}}]}}""", await run.RunAsync(Users(join, Team())));
        Assert.Equal(3, run.Calls.Count);
    }

    [Fact]
    public async Task A_key_may_have_many_entities()
    {
        var join = JoinOf(0, "posts", [("ids", "by")], many: true);
        var run = new ScriptedRun().On("/users", """[{"teamId":"1"},{"teamId":"2"}]""")
            .On("/posts?ids=1,2", """[{"by":"1","name":"x"},{"by":"1","name":"y"}]""");
        Assert.Equal("""{"data":{"users":[{"team":[{"name":"x"},{"name":"y"}]},{"team":[]}]}}""", await run.RunAsync(Users(join, List(Team()))));
    }

    [Fact]
    public async Task A_failed_call_fails_its_own_keys_only()
    {
        var join = JoinOf(0, "team", [("ids", "id")], most: 1);
        var run = new ScriptedRun().On("/users", """[{"teamId":"1"},{"teamId":"2"}]""").On("/team?ids=1", 503).On("/team?ids=2", """[{"id":"2","name":"b"}]""");
        var answer = Parse(await run.RunAsync(Users(join, Team())));
        Assert.Equal("""{"users":[{"team":null},{"team":{"name":"b"}}]}""", answer.GetProperty("data").GetRawText());
        var error = Assert.Single(answer.GetProperty("errors").EnumerateArray());
        Assert.Equal("""["users",0,"team"]""", error.GetProperty("path").GetRawText());
        Assert.Equal("UNAVAILABLE", error.GetProperty("extensions").GetProperty("code").GetString());
        Assert.Equal("team", error.GetProperty("extensions").GetProperty("service").GetString());
    }

    [Theory]
    [InlineData("1", "3")]
    [InlineData("3", "1")]
    public async Task A_fault_waits_for_the_calls_that_run(string faulty, string slow)
    {
        var (asked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var join = JoinOf(0, "team", [("id", "id")], batch: false);
        var run = new ScriptedRun().On("/users", """[{"teamId":"1"},{"teamId":"2"},{"teamId":"3"}]""").On("/team?id=2", "null")
            .On("/team?id=" + faulty, static () => throw new InvalidOperationException("a fault of ours"))
            .On("/team?id=" + slow, () => HoldAsync(asked, release));
        await FaultsAfterAsync(run.RunAsync(Users(join, Team())), asked, release);
    }

    [Fact]
    public async Task A_fault_below_one_root_field_waits_for_the_others()
    {
        var (asked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var join = JoinOf(0, "team", [("id", "id")], batch: false);
        var user = Fetch(0, "user", Object(Select("User", ["teamId"], Join(join, "team", Team(), 0))));
        join.ParentFetches.Add(user.Fetch!);
        var run = new ScriptedRun().On("/user", static () => throw new InvalidOperationException("a fault of ours")).On("/b", () => HoldAsync(asked, release));
        await FaultsAfterAsync(run.RunAsync(Plan(GraphOperationKind.Query, [join], user, Fetch(1, "b", Leaf()))), asked, release);
    }

    [Fact]
    public async Task Values_that_narrow_a_batch_are_the_same_for_all_of_its_keys()
    {
        var join = JoinOf(0, "team", [("region", null), ("ids", "id")]);
        var users = List(Object(Select("User", ["region", "teamId"], Join(join, "team", Team(), 0, 1))));
        var run = new ScriptedRun().On("/users", """[{"region":"eu","teamId":"1"},{"region":"us","teamId":"1"},{"region":"eu","teamId":"2"}]""")
            .On("/team?region=eu&ids=1,2", """[{"id":"2","name":"eu2"},{"id":"1","name":"eu1"}]""").On("/team?region=us&ids=1", """[{"id":"1","name":"us1"}]""");
        var root = Fetch(0, "users", users);
        join.ParentFetches.Add(root.Fetch!);
        Assert.Equal(
            """{"data":{"users":[{"team":{"name":"eu1"}},{"team":{"name":"us1"}},{"team":{"name":"eu2"}}]}}""",
            await run.RunAsync(Plan(GraphOperationKind.Query, [join], root)));
        Assert.Equal(3, run.Calls.Count);
    }

    [Fact]
    public async Task Joins_hang_on_joins()
    {
        var city = JoinOf(1, "city", [("ids", "id")], most: 1);
        var team = JoinOf(0, "team", [("ids", "id")], most: 1);
        city.ParentJoins.Add(team);
        var value = Object(Select("Team", ["cityId"], Join(city, "city", Team(), 0)));
        var run = new ScriptedRun().On("/users", """[{"teamId":"1"},{"teamId":"2"}]""").On("/team?ids=1", """[{"id":"1","cityId":"7"}]""").On("/team?ids=2", """[{"id":"2","cityId":"8"}]""")
            .On("/city?ids=7", """[{"id":"7","name":"x"}]""").On("/city?ids=8", """[{"id":"8","name":"y"}]""");
        Assert.Equal("""{"data":{"users":[{"team":{"city":{"name":"x"}}},{"team":{"city":{"name":"y"}}}]}}""", await run.RunAsync(Users(team, value, city)));
    }

    [Fact]
    public async Task Null_where_none_may_be_takes_the_object_around_it()
    {
        var users = List(Object(Select("User", ["name"], Property(0, "name", Leaf(nonNull: true)))));
        var run = new ScriptedRun().On("/users", """[{"name":"a"},{"name":null}]""");
        var answer = Parse(await run.RunAsync(Plan(GraphOperationKind.Query, [], Fetch(0, "users", users))));
        Assert.Equal("""{"users":[{"name":"a"},null]}""", answer.GetProperty("data").GetRawText());
        Assert.Equal("""["users",1,"name"]""", answer.GetProperty("errors")[0].GetProperty("path").GetRawText());
    }

    [Fact]
    public async Task A_stream_in_a_list_ends_at_its_cap()
    {
        var run = new ScriptedRun().On("Watch", new[] { "a", "b", "c" });
        var notes = List(Object(Select("Note", ["text"], Property(0, "text", Leaf()))));
        Assert.Equal("""{"data":{"notes":[{"text":"a"},{"text":"b"}]}}""", await run.RunAsync(Plan(GraphOperationKind.Query, [], Fetch(0, "notes", notes, call: Notes(2)))));
        Assert.Equal("""{"data":{"notes":[{"text":"a"},{"text":"b"},{"text":"c"}]}}""", await run.RunAsync(Plan(GraphOperationKind.Query, [], Fetch(0, "notes", notes, call: Notes(9)))));
    }

    [Theory]
    [InlineData("/a", "\"a text of more than twenty bytes\"", "RESOURCE_EXHAUSTED")]
    [InlineData("/a", "{\"broken", "INTERNAL")]
    public async Task An_answer_that_is_too_large_or_broken_is_an_error(string target, string body, string code)
    {
        var run = new ScriptedRun { Options = new() { MaxAnswerBytes = 20 } }.On(target, body);
        var answer = Parse(await run.RunAsync(Plan(GraphOperationKind.Query, [], Fetch(0, "a", Leaf()))));
        Assert.Equal("""{"a":null}""", answer.GetProperty("data").GetRawText());
        var extensions = answer.GetProperty("errors")[0].GetProperty("extensions");
        Assert.Equal(code, extensions.GetProperty("code").GetString());
        Assert.True(extensions.TryGetProperty("incidentId", out _));
    }

    [Fact]
    public async Task A_variable_that_does_not_fit_is_an_error_of_its_own_field_and_nothing_is_called()
    {
        using var variables = new VariableValues(["v"]);
        variables.Buffer.Write("null"u8);
        variables.Set(0, 0);
        var input = new ObjectNode([new("\"id\":"u8.ToArray(), new VariableNode(0, "id", "a(id:)", null, nonNull: true))]);
        var join = JoinOf(0, "team", [("ids", "id")], client: new ObjectNode([new("\"limit\":"u8.ToArray(), new VariableNode(0, "limit", "team(limit:)", null, nonNull: true))]));
        var run = new ScriptedRun().On("/b", "\"ok\"").On("/u", """{"teamId":"1"}""");
        var user = Fetch(2, "u", Object(Select("User", ["teamId"], Join(join, "team", Team(), 0))));
        join.ParentFetches.Add(user.Fetch!);
        var answer = Parse(await run.RunAsync(Plan(GraphOperationKind.Query, [join], Fetch(0, "a", Leaf(), input), Fetch(1, "b", Leaf()), user), variables));
        Assert.Equal("""{"a":null,"b":"ok","u":{"team":null}}""", answer.GetProperty("data").GetRawText());
        Assert.Equal(["BAD_USER_INPUT", "BAD_USER_INPUT"], answer.GetProperty("errors").EnumerateArray().Select(static e => e.GetProperty("extensions").GetProperty("code").GetString()));
        Assert.Equal(["/b", "/u"], run.Calls.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_problem_of_one_request_is_not_told_to_another()
    {
        var node = new MapNode("m", [(new LiteralNode("null"u8.ToArray()), InputNode.Empty)]);
        using var into = new PooledBuffer();
        string? first = null, second = null;
        node.Write(VariableValues.None, into, ref first);
        InputNode.Empty.Write(VariableValues.None, into, ref second);
        Assert.NotNull(first);
        Assert.Null(second);
    }

    [Fact]
    public void The_codes_of_calls_are_in_upper_snake_case()
    {
        foreach (var code in Enum.GetValues<StatusCode>().Except([StatusCode.Ok, StatusCode.InvalidArgument]))
        {
            var snake = string.Concat(code.ToString().Select(static (c, i) => i > 0 && char.IsUpper(c) ? "_" + c : char.ToUpperInvariant(c).ToString()));
            Assert.Equal(snake, GraphCodes.Of(code));
        }

        Assert.Equal("BAD_USER_INPUT", GraphCodes.Of(StatusCode.InvalidArgument));
    }

    private static async ValueTask<object> HoldAsync(TaskCompletionSource asked, TaskCompletionSource release)
    {
        asked.SetResult();
        await release.Task;
        return "null";
    }

    // What a call writes to goes back to the pool when the run ends.
    private static async Task FaultsAfterAsync(Task<string> run, TaskCompletionSource asked, TaskCompletionSource release)
    {
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.NotSame(run, await Task.WhenAny(run, Task.Delay(100)));
        release.SetResult();
        await Assert.ThrowsAsync<InvalidOperationException>(() => run);
    }

    // One join on the users of a list.
    private static OperationPlan Users(JoinPlan join, ValuePlan value, params JoinPlan[] below)
    {
        var users = Fetch(0, "users", List(Object(Select("User", ["teamId"], Join(join, "team", value, 0)))));
        join.ParentFetches.Add(users.Fetch!);
        return Plan(GraphOperationKind.Query, [join, .. below], users);
    }

    private static ValuePlan Team() => Object(Select("Team", ["name"], Property(0, "name", Leaf())));

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(json));
        return document.RootElement.Clone();
    }
}
