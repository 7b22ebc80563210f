using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using UnitTests.Contracts.OpenApi;
using UnitTests.Edges.GraphQL.Schema;
using Xunit;

namespace UnitTests.Edges.GraphQL.Execution;

/// <summary>Equal queries under way at the same time, where sharing is configured.</summary>
public sealed class QuerySharingTests
{
    private const string Items =
        """
          /items/{id}:
            parameters: [ { name: id, in: path, required: true, schema: { type: string } } ]
            get:
              operationId: item
              responses: { '200': { description: ok, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } }
            post:
              operationId: touch
              responses: { '200': { description: ok, content: { application/json: { schema: { type: object, properties: { name: { type: string } } } } } } }
        """;

    private const string Query = "query Q($id: String!) { item(id: $id) { name } }";

    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<GatewayCall> _calls = [];
    private readonly Lock _sync = new();

    [Fact]
    public async Task Equal_queries_of_equal_callers_are_one_call_and_get_one_answer()
    {
        var executor = Executor(share: true);
        // A variable that the operation does not have tells nothing apart.
        Task<string>[] asked = [Ask(executor, Query, """{"id":"1","n":1}"""), Ask(executor, Query, """{"id":"1","n":2}"""), Ask(executor, Query, """{ "n": 3, "id": "1" }""")];
        _open.SetResult();
        Assert.All(await Task.WhenAll(asked), static answer => Assert.Equal("""{"data":{"item":{"name":"1"}}}""", answer));
        Assert.Single(_calls);
        await Ask(executor, Query, """{"id":"1"}""");
        Assert.Equal(2, _calls.Count);
    }

    [Fact]
    public async Task What_can_change_an_answer_keeps_queries_apart()
    {
        var executor = Executor(share: true);
        Task<string>[] asked =
        [
            Ask(executor, Query, """{"id":"1"}"""),
            Ask(executor, Query, """{"id":"2"}"""),
            Ask(executor, "query Q($id: String!) { item(id: $id) { __typename name } }", """{"id":"1"}"""),
            Ask(executor, Query, """{"id":"1"}""", ("authorization", "Bearer a")),
            Ask(executor, Query, """{"id":"1"}""", ("authorization", "Bearer b")),
            Ask(executor, Query, """{"id":"1"}""", ("x-tenant", "t")),
            Ask(executor, "mutation M($id: String!) { touch(id: $id) { name } }", """{"id":"1"}"""),
            Ask(executor, "mutation M($id: String!) { touch(id: $id) { name } }", """{"id":"1"}"""),
        ];
        _open.SetResult();
        await Task.WhenAll(asked);
        Assert.Equal(asked.Length, _calls.Count);
    }

    [Fact]
    public async Task Without_the_setting_nothing_is_shared()
    {
        var executor = Executor(share: false);
        Task<string>[] asked = [Ask(executor, Query, """{"id":"1"}"""), Ask(executor, Query, """{"id":"1"}""")];
        _open.SetResult();
        await Task.WhenAll(asked);
        Assert.Equal(2, _calls.Count);
    }

    [Fact]
    public async Task A_client_that_leaves_takes_the_answer_from_nobody_else_and_the_last_one_ends_the_call()
    {
        var executor = Executor(share: true);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var leader = Ask(executor, Query, """{"id":"1"}""", cancelled: first.Token);
        var follower = Ask(executor, Query, """{"id":"1"}""", cancelled: second.Token);
        await first.CancelAsync();
        Assert.False(_calls[0].Cancelled.IsCancellationRequested);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => follower);
        Assert.True(_calls[0].Cancelled.IsCancellationRequested);
        _open.SetResult();
        Assert.Contains("errors", await leader, StringComparison.Ordinal);
    }

    private GraphExecutor Executor(bool share)
    {
        var catalog = Schemas.CatalogOf(("items", Documents.Paths(Items)));
        var schema = GraphSchemaBuilder.Build(catalog, new GraphSchemaOptions(), null, []);
        var options = new GraphEdgeOptions { ShareQueries = share };
        return new GraphExecutor(new SchemaPlans(schema, catalog, options.Limits), new CallRunner(AnswerAsync, options, NullLogger.Instance), options);
    }

    private static async Task<string> Ask(GraphExecutor executor, string query, string variables, (string Name, string Value)? header = null, CancellationToken cancelled = default)
    {
        var context = new DefaultHttpContext();
        if (header is { } given)
            context.Request.Headers[given.Name] = given.Value;
        using var prepared = executor.Prepare(new GraphRequest { Query = Encoding.UTF8.GetBytes(query), Variables = Encoding.UTF8.GetBytes(variables) });
        Assert.Null(prepared.Failure);
        using var output = new PooledBuffer();
        await executor.ExecuteAsync(prepared, new(context, TimeProvider.System, cancelled), output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private async ValueTask AnswerAsync(GatewayCall call)
    {
        lock (_sync)
            _calls.Add(call);
        await _open.Task;
        if (call.Cancelled.IsCancellationRequested)
        {
            await call.OnEndAsync(GatewayErrors.CallerGone(), null);
            return;
        }

        await call.OnHeadAsync(new(200, new()));
        await call.OnMessageAsync(new(Encoding.UTF8.GetBytes($$"""{"name":"{{call.HttpRequest!.PathAndQuery[7..]}}"}""")));
        await call.OnEndAsync(null, null);
    }
}
