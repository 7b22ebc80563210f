using System.Net;
using System.Text;
using MatrixTests.Clients;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>The edge with other settings than the usual ones, and what a reload and a shutdown do to its sockets.</summary>
public sealed class GraphqlSettingTests : IAsyncLifetime
{
    private MatrixBackend _backend = null!;

    public async ValueTask InitializeAsync() => _backend = await MatrixBackend.StartAsync();

    public ValueTask DisposeAsync() => _backend.DisposeAsync();

    [Fact]
    public async Task Only_trusted_documents_run_where_that_is_set()
    {
        var manifest = Path.GetTempFileName();
        await File.WriteAllTextAsync(manifest, """{"hello":"{ say(name: \"rooms/trusted\") { text } }"}""");
        try
        {
            await using var gateway = await StartAsync($"trustedDocuments: {manifest}, trustedDocumentsOnly: true");
            Assert.Equal((200, """{"data":{"say":{"text":"hello rooms/trusted"}}}"""), await PostAsync(gateway, """{"documentId":"hello"}"""));
            Assert.Equal((400, "PERSISTED_QUERY_ID_REQUIRED"), Code(await PostAsync(gateway, """{"query":"{ say { text } }"}""")));
            Assert.Equal((400, "PERSISTED_QUERY_NOT_IN_LIST"), Code(await PostAsync(gateway, """{"documentId":"other","query":"{ say { text } }"}""")));
            Assert.Single(_backend.Calls);
        }
        finally
        {
            File.Delete(manifest);
        }
    }

    [Fact]
    public async Task Arrays_are_answered_where_they_are_allowed()
    {
        await using var gateway = await StartAsync("maxBatch: 2");
        Assert.Equal(
            (200, """[{"data":{"say":{"text":"hello rooms/1"}}},{"data":{"__typename":"Query"}}]"""),
            await PostAsync(gateway, """[{"query":"{ say(name: \"rooms/1\") { text } }"},{"query":"{ __typename }"}]"""));
        Assert.Equal((400, "BATCH_TOO_LARGE"), Code(await PostAsync(gateway, "[{},{},{}]")));
    }

    [Theory]
    [InlineData("{ __typename }", 200)]
    [InlineData("{", 400)]
    [InlineData("{ nothing }", 422)]
    [InlineData("query($a: Int!) { __typename }", 422)]
    [InlineData("{ __typename say(failCode: 5) { text } }", 294)]
    public async Task The_statuses_of_the_2026_draft_can_be_chosen(string document, int status)
    {
        await using var gateway = await StartAsync("statusProfile: draft2026");
        Assert.Equal(status, (await PostAsync(gateway, $$"""{"query":"{{document}}"}""")).Status);
    }

    [Fact]
    public async Task Without_graphiql_a_browser_gets_what_others_get()
    {
        await using var gateway = await StartAsync("graphiql: false, path: /api/graph");
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/graph?query={__typename}");
        request.Headers.Accept.ParseAdd("text/html,*/*;q=0.8");
        using var answer = await client.SendAsync(request);
        Assert.Equal("""{"data":{"__typename":"Query"}}""", await answer.Content.ReadAsStringAsync());
        using var elsewhere = await client.GetAsync("/graphql");
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    [Fact]
    public async Task A_reload_closes_idle_sockets_and_lets_streams_run_on()
    {
        await using var gateway = await StartAsync("maxBatch: 1");
        using var idle = await OpenAsync(gateway);
        using var busy = await OpenAsync(gateway);
        await busy.SendAsync("""{"type":"subscribe","id":"a","payload":{"query":"subscription{count(to:1000000,waitMs:5){number}}"}}""");
        await busy.ReceiveAsync();
        gateway.WriteConfig(Config("maxBatch: 2"));
        gateway.Signal("HUP");
        Assert.Equal("closed 1012 Configuration changed; connect again", await idle.ReceiveAsync());
        Assert.Contains("\"next\"", await busy.ReceiveAsync(), StringComparison.Ordinal);
        await busy.SendAsync("""{"type":"complete","id":"a"}""");
        Assert.Equal("closed 1012 Configuration changed; connect again", await busy.ReceiveCloseAsync());
    }

    [Fact]
    public async Task A_shutdown_answers_what_has_an_end_and_closes_the_rest()
    {
        await using var gateway = await StartAsync("maxBatch: 1");
        using var socket = await OpenAsync(gateway);
        await socket.SendAsync("""{"type":"subscribe","id":"s","payload":{"query":"subscription{count(to:1000000,waitMs:60000){number}}"}}""");
        await socket.SendAsync("""{"type":"subscribe","id":"q","payload":{"query":"{ say(name: \"rooms/1\", waitMs: 1000) { text } }"}}""");
        while (_backend.Calls.Count < 2)
            await Task.Delay(20);
        gateway.Signal("TERM");
        var messages = new List<string>();
        while (messages.LastOrDefault() is not { } last || !last.StartsWith("closed", StringComparison.Ordinal))
            messages.Add(await socket.ReceiveAsync());
        Assert.Contains("""{"id":"q","type":"next","payload":{"data":{"say":{"text":"hello rooms/1"}}}}""", messages);
        Assert.DoesNotContain("""{"id":"s","type":"complete"}""", messages);
        Assert.Equal("closed 1001 Going away", messages[^1]);
        Assert.Equal(0, await gateway.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("Count", Assert.Single(_backend.Cancelled));
    }

    private static async Task<SocketClient> OpenAsync(GatewayProcess gateway)
    {
        var socket = await SocketClient.ConnectAsync(gateway.Address);
        await socket.SendAsync("""{"type":"connection_init"}""");
        Assert.Equal("""{"type":"connection_ack"}""", await socket.ReceiveAsync());
        return socket;
    }

    private static async Task<(int Status, string Body)> PostAsync(GatewayProcess gateway, string body)
    {
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/graphql", content);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    // Of the first error.
    private static (int Status, string Code) Code((int Status, string Body) answer)
    {
        using var document = System.Text.Json.JsonDocument.Parse(answer.Body);
        return (answer.Status, document.RootElement.GetProperty("errors")[0].GetProperty("extensions").GetProperty("code").GetString()!);
    }

    private string Config(string settings) => Fixture.Listeners + $"edges: {{ graphql: {{ {settings} }} }}\nservices:\n" + Fixture.MatrixService(_backend);

    private Task<GatewayProcess> StartAsync(string settings) => GatewayProcess.StartAsync(Config(settings));
}
