using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ProtocolGateway.Edges.GraphQL.Transports;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>GraphQL over HTTP: methods, media types and statuses.</summary>
public sealed class HttpTransportTests
{
    private const string Response = "application/graphql-response+json";

    [Fact]
    public async Task A_query_is_answered_in_one_piece()
    {
        await using var host = await GraphHost.StartAsync();
        using var answer = await PostAsync(host, """{"query":"{ok}","operationName":"O","variables":{"a":1}}""");
        Assert.Equal("application/json; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("""{"data":{"ran":"{ok}"}}"""u8.Length, answer.Content.Headers.ContentLength);
        Assert.Equal("7", Assert.Single(answer.Headers.GetValues("x-cost")));
        Assert.Equal("""{ok} O {"a":1}""", Assert.Single(host.Executor.Prepared));
    }

    [Theory]
    [InlineData("{ok}", 200, 200, 200, 200)]
    [InlineData("{partial}", 200, 200, 294, 294)]
    [InlineData("{nothing}", 200, 200, 294, 294)]
    [InlineData("{", 200, 400, 400, 400)]
    [InlineData("{unknown}", 200, 400, 422, 422)]
    [InlineData("{variables}", 200, 400, 422, 422)]
    [InlineData("{limit}", 200, 400, 422, 422)]
    public async Task Statuses_are_those_of_the_profile(string document, int auditPlain, int auditResponse, int draftPlain, int draftResponse)
    {
        await using var audit = await GraphHost.StartAsync();
        await using var draft = await GraphHost.StartAsync(new() { StatusProfile = GraphStatusProfile.Draft2026 });
        var body = $$"""{"query":"{{document}}"}""";
        Assert.Equal(
            [auditPlain, auditResponse, draftPlain, draftResponse],
            [
                await StatusAsync(audit, body, "application/json"),
                await StatusAsync(audit, body, Response),
                await StatusAsync(draft, body, "application/json"),
                await StatusAsync(draft, body, Response),
            ]);
    }

    [Theory]
    [InlineData("""{"qeury":"{ok}"}""", 400, 422)]
    [InlineData("""{"query":7}""", 400, 422)]
    [InlineData("""{ "not a JSON""", 400, 400)]
    public async Task What_is_no_request_is_refused_in_every_form(string body, int audit, int draft)
    {
        await using var first = await GraphHost.StartAsync();
        await using var second = await GraphHost.StartAsync(new() { StatusProfile = GraphStatusProfile.Draft2026 });
        Assert.Equal([audit, audit, draft, draft], [await StatusAsync(first, body, "*/*"), await StatusAsync(first, body, Response), await StatusAsync(second, body, "*/*"), await StatusAsync(second, body, Response)]);
    }

    [Fact]
    public async Task A_query_may_come_by_get_and_a_mutation_may_not()
    {
        await using var host = await GraphHost.StartAsync();
        Assert.Equal("""{"data":{"ran":"{ok}"}}""", await host.Client.GetStringAsync("/graphql?query=%7Bok%7D", TestContext.Current.CancellationToken));
        using var mutation = await host.Client.GetAsync("/graphql?query=mutation%7Bok%7D", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, mutation.StatusCode);
        Assert.Equal(["POST"], mutation.Content.Headers.Allow);
        Assert.Empty(host.Executor.Callers.Skip(1));
    }

    [Fact]
    public async Task A_head_is_a_get_without_its_body()
    {
        await using var host = await GraphHost.StartAsync();
        using var answer = await host.Client.SendAsync(new(HttpMethod.Head, "/graphql?query=%7Bok%7D"), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, 23), (answer.StatusCode, answer.Content.Headers.ContentLength));
        Assert.Contains("Accept", answer.Headers.Vary);
    }

    [Theory]
    [InlineData("PUT", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", HttpStatusCode.MethodNotAllowed)]
    [InlineData("OPTIONS", HttpStatusCode.NoContent)]
    public async Task Other_methods_are_told_which_there_are(string method, HttpStatusCode status)
    {
        await using var host = await GraphHost.StartAsync();
        using var answer = await host.Client.SendAsync(new(new(method), "/graphql"), TestContext.Current.CancellationToken);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(["GET", "HEAD", "OPTIONS", "POST"], answer.Content.Headers.Allow.Order());
    }

    [Fact]
    public async Task A_get_that_a_browser_calls_cross_site_is_refused()
    {
        await using var host = await GraphHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/graphql?query=%7Bok%7D");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(host.Executor.Prepared);
    }

    [Theory]
    [InlineData("application/json", 200)]
    [InlineData("application/json; charset=UTF-8", 200)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("multipart/form-data; boundary=a", 415)]
    [InlineData(null, 415)]
    public async Task Only_what_a_browser_asks_for_first_is_read(string? type, int status)
    {
        await using var host = await GraphHost.StartAsync();
        using var content = new ByteArrayContent("""{"query":"{ok}"}"""u8.ToArray());
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        using var answer = await host.Client.PostAsync("/graphql", content, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_document_may_come_alone()
    {
        await using var host = await GraphHost.StartAsync();
        using var content = new StringContent("{a(b:\"é\\n\")}", Encoding.UTF8, "application/graphql");
        using var answer = await host.Client.PostAsync("/graphql", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("{a(b:\"é\\n\")}", Assert.Single(host.Executor.Prepared));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_with_and_without_its_length()
    {
        await using var host = await GraphHost.StartAsync(new() { MaxRequestBytes = 1000 });
        var body = $$"""{"query":"{{{new string('a', 1000)}}}"}""";
        Assert.Equal(413, await StatusAsync(host, body, "*/*"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Theory]
    [InlineData("image/png", "{ok}", 406)]
    [InlineData("application/json", "subscription{two}", 406)]
    [InlineData("text/html,application/json;q=0.5", "{ok}", 200)]
    public async Task What_cannot_be_sent_in_an_accepted_form_is_refused(string accept, string document, int status)
    {
        await using var host = await GraphHost.StartAsync();
        Assert.Equal(status, await StatusAsync(host, $$"""{"query":"{{document}}"}""", accept));
    }

    [Fact]
    public async Task Arrays_are_refused_unless_allowed()
    {
        await using var host = await GraphHost.StartAsync();
        using var answer = await PostAsync(host, """[{"query":"{ok}"}]""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("BATCHING_DISABLED", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_array_is_answered_in_its_order_each_request_for_itself()
    {
        await using var host = await GraphHost.StartAsync(new() { MaxBatch = 5 });
        using var answer = await PostAsync(host, """[{"query":"{ok}"},{"query":"{"},{"query":"subscription{two}"},{},{"query":"mutation{ok}"}]""");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(
            """[{"data":{"ran":"{ok}"}},{"errors":[{"message":"a Syntax error","extensions":{"code":"CODE"}}]},"""
            + """{"errors":[{"message":"A subscription cannot be one of several requests in an array.","extensions":{"code":"BAD_REQUEST"}}]},"""
            + """{"errors":[{"message":"The request holds no \"query\": a text that is a GraphQL document.","extensions":{"code":"BAD_REQUEST"}}]},{"data":{"ran":"mutation{ok}"}}]""",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(400, await StatusAsync(host, "[{},{},{},{},{},{}]", "*/*"));
    }

    [Fact]
    public async Task A_failure_of_our_own_tells_an_incident_and_nothing_else()
    {
        await using var host = await GraphHost.StartAsync();
        host.Log.Expect("the gateway failed on");
        using var answer = await PostAsync(host, """{"query":"{bug}"}""");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Matches("^\\{\"errors\":\\[\\{\"message\":\"The gateway failed.\",\"extensions\":\\{\"code\":\"INTERNAL\",\"incidentId\":\"[0-9a-f]{16}\"\\}\\}\\]\\}$", body);
    }

    [Fact]
    public async Task A_header_that_cannot_be_read_is_a_bad_request()
    {
        await using var host = await GraphHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent("""{"query":"{ok}"}""", Encoding.UTF8, "application/json") };
        request.Headers.Add("grpc-timeout", "soon");
        using var answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Other_paths_are_not_ours()
    {
        await using var host = await GraphHost.StartAsync();
        using var answer = await host.Client.GetAsync("/graphql/nothing", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_browser_sees_the_page_unless_it_is_off()
    {
        await using var host = await GraphHost.StartAsync();
        await using var without = await GraphHost.StartAsync(new() { Graphiql = false });
        const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        Assert.Equal("text/html", await TypeAsync(host, Browser));
        Assert.Equal("application/json", await TypeAsync(without, Browser));
    }

    private static async Task<string?> TypeAsync(GraphHost host, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/graphql?query=%7Bok%7D");
        request.Headers.Add("Accept", accept);
        using var answer = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.Content.Headers.ContentType?.MediaType;
    }

    private static async Task<int> StatusAsync(GraphHost host, string body, string accept)
    {
        using var answer = await PostAsync(host, body, accept);
        return (int)answer.StatusCode;
    }

    private static Task<HttpResponseMessage> PostAsync(GraphHost host, string body, string accept = "*/*")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Accept", accept);
        return host.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
