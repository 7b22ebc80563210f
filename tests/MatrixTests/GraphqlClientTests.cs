using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>What others use against GraphQL servers, from npm: the audit suite of graphql-http, and the clients graphql-ws and graphql-sse.</summary>
public sealed class GraphqlClientTests(Fixture fixture) : MatrixTest(fixture)
{
    private static readonly string _folder = Path.Combine(AppContext.BaseDirectory, "Clients");

    // Audits that ask for what the specification only allows, or has taken back; with the reason why each is not met.
    private static readonly string[] _unmet = [];

    [Fact]
    public async Task The_audit_suite_of_graphql_http_finds_nothing_but_what_is_listed()
    {
        var output = await RunAsync("audit.mjs", $"{_fixture.Gateway.Address}graphql");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("61 audits", lines[^1]);
        Assert.Equal(_unmet, lines[..^1].Select(static line => string.Join(' ', line.Split(' ').Take(2))));
    }

    [Fact]
    public async Task Graphql_ws_queries_subscribes_and_unsubscribes()
    {
        var output = await RunAsync("graphql-ws.mjs", $"ws://127.0.0.1:{_fixture.Gateway.Port}/graphql");
        Assert.Equal(
            """
            count [{"data":{"count":{"number":"1"}}},{"data":{"count":{"number":"2"}}},{"data":{"count":{"number":"3"}}}]
            say [{"data":{"say":{"text":"hello rooms/1"}}}]
            unknown {"errors":["GRAPHQL_VALIDATION_FAILED"]}
            taken 3
            after [{"data":{"say":{"text":"hello rooms/2"}}}]
            """,
            output.Trim());
        Assert.Contains(_fixture.Backend.Calls, static call => call.Headers.GetValue("x-request-id") == "from params");
        await ExpectCancelledAsync();
    }

    [Fact]
    public async Task Graphql_sse_queries_subscribes_and_unsubscribes()
    {
        var output = await RunAsync("graphql-sse.mjs", $"{_fixture.Gateway.Address}graphql");
        Assert.Equal(
            """
            count [{"data":{"count":{"number":"1"}}},{"data":{"count":{"number":"2"}}},{"data":{"count":{"number":"3"}}}]
            say [{"data":{"say":{"text":"hello rooms/1"}}}]
            unknown ["GRAPHQL_VALIDATION_FAILED"]
            taken 3
            """,
            output.Trim());
        await ExpectCancelledAsync();
    }

    private static async Task<string> RunAsync(string script, params string[] arguments)
    {
        var missing = await NodeScript.InstallAsync(_folder);
        Assert.SkipWhen(missing is not null, missing ?? "");
        var (code, output) = await NodeScript.RunAsync("node", _folder, [script, .. arguments]);
        Assert.True(code == 0, output);
        return output;
    }

    private async Task ExpectCancelledAsync()
    {
        for (var tries = 0; tries < 100 && _fixture.Backend.Cancelled.IsEmpty; tries++)
            await Task.Delay(50);
        Assert.Equal("Count", Assert.Single(_fixture.Backend.Cancelled));
    }
}
