using System.Text.Json;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Planning;
using Xunit;
using static UnitTests.Edges.GraphQL.Execution.ScriptedRun;

namespace UnitTests.Edges.GraphQL.Execution;

/// <summary>Services that answer what they should not: the client is told, nothing hangs, and nothing grows without a bound.</summary>
public sealed class HostileBackendTests
{
    private const string Notes =
        """
        message Note { string id = 1; string text = 2; string by = 3; }
        message Ask { string id = 1; }
        message List { repeated Note notes = 1; }
        message Keys { repeated string ids = 1; }
        message User { string id = 1; string bio = 2; }
        message Users { repeated User users = 1; }
        service Notes {
          rpc GetNote(Ask) returns (Note);
          rpc ListNotes(Ask) returns (List);
          rpc WatchNotes(Ask) returns (stream Note);
          rpc BatchGetUsers(Keys) returns (Users);
        }
        """;

    private static readonly byte[] Garbage = [0x0A, 0x7F];

    [Fact]
    public async Task A_subscription_ends_with_an_error_at_a_message_that_cannot_be_read()
    {
        var schema = RunningSchema.Of(Notes).On("WatchNotes", new byte[][] { [0x0A, 0x01, (byte)'1'], Garbage, [0x0A, 0x01, (byte)'2'] });
        var answers = await schema.SubscribeAsync("subscription { watchNotes { id } }");
        Assert.Equal(2, answers.Count);
        Assert.Equal("""{"data":{"watchNotes":{"id":"1"}}}""", answers[0]);
        Assert.Contains("The service users sent a message", answers[1], StringComparison.Ordinal);
        Assert.Contains("incidentId", answers[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_cannot_be_read_is_an_error_of_its_field()
    {
        var schema = RunningSchema.Of(Notes).On("GetNote", new byte[][] { Garbage });
        var answer = await schema.RunAsync("{ getNote { id } }");
        Assert.StartsWith("""{"data":{"getNote":null},"errors":[{"message":"The service users sent a message""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_joins_make_too_long_is_not_sent()
    {
        const string joins =
            """
            extend type Note { author(ids: String @require(field: "by") @is(field: "id")): User @lookup(operation: "users.v1.Notes.BatchGetUsers", result: "users") }
            """;
        var schema = RunningSchema.Of(Notes, joins: joins, edge: new GraphEdgeOptions { MaxResponseBytes = 10_000 })
            .On("ListNotes", $$"""{"notes":[{{string.Join(',', Enumerable.Repeat("""{"id":"1","by":"u"}""", 200))}}]}""")
            .On("BatchGetUsers", $$"""{"users":[{"id":"u","bio":"{{new string('x', 100)}}"}]}""");
        Assert.Equal(
            """{"data":null,"errors":[{"message":"Answer size: the answer is longer than 10000 bytes, which are allowed.","extensions":{"code":"LIMIT_EXCEEDED"}}]}""",
            await schema.RunAsync("{ listNotes { notes { author { bio } } } }"));
    }

    [Fact]
    public async Task Of_very_many_errors_the_first_are_told()
    {
        var rows = string.Join(',', Enumerable.Repeat("""{"name":{}}""", 3_000));
        var run = new ScriptedRun().On("/a", $"[{rows}]");
        using var answer = JsonDocument.Parse(await run.RunAsync(Plan(GraphOperationKind.Query, [], Fetch(0, "a", List(Object(Select("T", ["name"], Property(0, "name", Leaf()))))))));
        var errors = answer.RootElement.GetProperty("errors");
        Assert.Equal(1_001, errors.GetArrayLength());
        Assert.Equal("There are more errors; the first 1000 are told.", errors[1_000].GetProperty("message").GetString());
        Assert.Equal(3_000, answer.RootElement.GetProperty("data").GetProperty("a").GetArrayLength());
        // One incident for all: the log has one line.
        Assert.Equal(errors[0].GetProperty("extensions").GetProperty("incidentId").GetString(), errors[999].GetProperty("extensions").GetProperty("incidentId").GetString());
    }

    [Fact]
    public async Task A_batch_that_answers_no_list_fails_for_its_keys()
    {
        var join = JoinOf(0, "team", [("ids", "id")]);
        var root = Fetch(0, "users", List(Object(Select("User", ["teamId"], Join(join, "team", Object(Select("Team", ["name"], Property(0, "name", Leaf()))), 0)))));
        join.ParentFetches.Add(root.Fetch!);
        var run = new ScriptedRun().On("/users", """[{"teamId":"1"}]""").On("/team?ids=1", """{"error":"secret"}""");
        var answer = await run.RunAsync(Plan(GraphOperationKind.Query, [join], root));
        Assert.StartsWith("""{"data":{"users":[{"team":null}]},"errors":[{"message":"The service team sent a message that its contract does not describe.",""", answer, StringComparison.Ordinal);
        Assert.Contains("incidentId", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_of_a_join_that_is_no_batch_go_out_in_bounded_number()
    {
        var join = JoinOf(0, "team", [("id", "id")], batch: false);
        var root = Fetch(0, "users", List(Object(Select("User", ["teamId"], Join(join, "team", Object(Select("Team", ["name"], Property(0, "name", Leaf()))), 0)))));
        join.ParentFetches.Add(root.Fetch!);
        var (under, most) = (0, 0);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = new ScriptedRun().On("/users", $"[{string.Join(',', Enumerable.Range(0, 300).Select(static i => $$"""{"teamId":"{{i}}"}"""))}]");
        for (var i = 0; i < 300; i++)
            run.On($"/team?id={i}", async () =>
            {
                if (Interlocked.Increment(ref under) is var now && now > most)
                    most = now;
                if (now == 64)
                    gate.TrySetResult();
                await gate.Task.WaitAsync(TimeSpan.FromSeconds(20));
                Interlocked.Decrement(ref under);
                return """{"name":"a"}""";
            });
        var answer = await run.RunAsync(Plan(GraphOperationKind.Query, [join], root));
        Assert.DoesNotContain("errors", answer, StringComparison.Ordinal);
        Assert.InRange(most, 64, 64);
        Assert.Equal(301, run.Calls.Count);
    }

    [Theory]
    [InlineData("""[{"kind":"a\/b"}]""")]
    [InlineData("""[{"kind":"a\u002fb"}]""")]
    public async Task Values_of_an_enum_may_be_escaped_more_than_they_must(string backend)
    {
        const string paths =
            """
              /things:
                get:
                  operationId: listThings
                  responses: { '200': { description: ok, content: { application/json: { schema: { type: array, items: { type: object, properties: { kind: { type: string, enum: [ a/b, c+d ] } } } } } } } }
            """;
        var schema = RunningSchema.Of(Notes, paths).On("listThings", backend);
        Assert.Equal("""{"data":{"listThings":[{"kind":"a_b"}]}}""", await schema.RunAsync("{ listThings { kind } }"));
    }
}
