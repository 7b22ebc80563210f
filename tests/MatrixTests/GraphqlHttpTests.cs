using System.Net;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace MatrixTests;

/// <summary>GraphQL over HTTP against the built program: queries, persisted documents, streams.</summary>
public sealed class GraphqlHttpTests(Fixture fixture) : MatrixTest(fixture)
{
    private const string Say = """{ say(name: "rooms/1", number: "7") { text number } }""";
    private const string Said = """{"data":{"say":{"text":"hello rooms/1","number":"7"}}}""";

    [Fact]
    public async Task A_query_is_answered_from_a_grpc_backend()
    {
        Assert.Equal((HttpStatusCode.OK, Said), await PostAsync(Body(Say)));
        Assert.Equal("Say", Assert.Single(_fixture.Backend.Calls).Method);
    }

    [Fact]
    public async Task A_query_may_come_by_get_unless_a_browser_calls_it_cross_site()
    {
        var path = "/graphql?query=" + Uri.EscapeDataString(Say);
        Assert.Equal(Said, await _fixture.Client.GetStringAsync(path));
        _fixture.Backend.Calls.Clear();
        using var foreign = new HttpRequestMessage(HttpMethod.Get, path);
        foreign.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var refused = await _fixture.Client.SendAsync(foreign);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Empty(_fixture.Backend.Calls);
        using var asked = new HttpRequestMessage(HttpMethod.Get, path);
        asked.Headers.Add("Sec-Fetch-Site", "cross-site");
        asked.Headers.Add("GraphQL-Require-Preflight", "1");
        using var answered = await _fixture.Client.SendAsync(asked);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    public async Task A_mutation_may_not_come_by_get()
    {
        using var answer = await _fixture.Client.GetAsync("/graphql?query=" + Uri.EscapeDataString("""mutation { plain(input: {name: "a"}) { text } }"""));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
        Assert.Empty(_fixture.Backend.Calls);
    }

    [Fact]
    public async Task A_document_is_known_by_its_hash_once_it_came_with_it()
    {
        const string Document = """{ say(name: "rooms/persisted") { text } }""";
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Document)));
        var extensions = $$$"""{"persistedQuery":{"version":1,"sha256Hash":"{{{hash}}}"}}""";
        var (_, missing) = await PostAsync($$"""{"extensions":{{extensions}}}""");
        Assert.Equal("""{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}""", missing);
        var (status, first) = await PostAsync(Body(Document, $",\"extensions\":{extensions}"));
        Assert.Equal((HttpStatusCode.OK, """{"data":{"say":{"text":"hello rooms/persisted"}}}"""), (status, first));
        Assert.Equal(first, await _fixture.Client.GetStringAsync("/graphql?extensions=" + Uri.EscapeDataString(extensions)));
    }

    [Fact]
    public async Task A_stream_comes_as_events()
    {
        using var answer = await StreamAsync("subscription { count(to: 2) { number } }", "text/event-stream");
        Assert.Equal("text/event-stream; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            ":\n\nevent: next\ndata: {\"data\":{\"count\":{\"number\":\"1\"}}}\n\nevent: next\ndata: {\"data\":{\"count\":{\"number\":\"2\"}}}\n\nevent: complete\ndata: \n\n",
            await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_stream_comes_in_parts()
    {
        using var answer = await StreamAsync("subscription { count(to: 2) { number } }", """multipart/mixed;boundary="graphql";subscriptionSpec=1.0,application/json""");
        Assert.Equal("multipart/mixed; boundary=\"graphql\"; subscriptionSpec=1.0", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal(
            "--graphql" + Part(1) + "\r\n--graphql" + Part(2) + "\r\n--graphql--\r\n",
            await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_client_that_goes_ends_the_backends_stream()
    {
        var answer = await StreamAsync("subscription { count(to: 1000000, waitMs: 5) { number } }", "text/event-stream");
        using (var reader = new StreamReader(await answer.Content.ReadAsStreamAsync()))
        {
            while (await reader.ReadLineAsync() is { } line && !line.Contains("\"3\"", StringComparison.Ordinal))
            {
            }
        }

        answer.Dispose();
        for (var tries = 0; tries < 100 && _fixture.Backend.Cancelled.IsEmpty; tries++)
            await Task.Delay(50);
        Assert.Equal("Count", Assert.Single(_fixture.Backend.Cancelled));
    }

    [Fact]
    public async Task A_browser_gets_graphiql_with_all_that_it_refers_to()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/graphql");
        request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        using var answer = await _fixture.Client.SendAsync(request);
        Assert.Equal("text/html", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("script-src 'self'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    private static string Part(int number) => "\r\ncontent-type: application/json\r\n\r\n{\"payload\":{\"data\":{\"count\":{\"number\":\"" + number + "\"}}}}";

    private static string Body(string document, string more = "") => $$"""{"query":"{{document.Replace("\"", "\\\"", StringComparison.Ordinal)}}"{{more}}}""";

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _fixture.Client.PostAsync("/graphql", content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> StreamAsync(string document, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent(Body(document), Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await _fixture.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}
