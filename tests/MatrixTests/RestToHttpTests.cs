using System.Net;
using System.Text;
using Xunit;

namespace MatrixTests;

/// <summary>REST x HTTP (OpenAPI) on real sockets: the answer and what the backend received.</summary>
public sealed class RestToHttpTests(Fixture fixture) : MatrixTest(fixture)
{
    [Fact]
    public async Task Get_reaches_the_backend_under_its_server_path_with_headers_both_ways()
    {
        using var ask = new HttpRequestMessage(HttpMethod.Get, "/items/a%2Fb?depth=3");
        ask.Headers.Add("X-Tenant", "blue");
        ask.Headers.Add("Connection", "X-Secret");
        ask.Headers.Add("X-Secret", "1");
        using var answer = await _fixture.Client.SendAsync(ask);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("items", Assert.Single(answer.Headers.GetValues("x-backend")));
        var received = Assert.Single(_fixture.Backend.Requests);
        Assert.StartsWith("/base/items/a", received.Target);
        Assert.EndsWith("depth=3", received.Target);
        Assert.Equal("blue", received.Headers["x-tenant"]);
        Assert.DoesNotContain("x-secret", received.Headers.Keys);
    }

    [Fact]
    public async Task Post_streams_the_body_and_keeps_the_status()
    {
        var body = $$"""{"id":"{{new string('x', 300_000)}}"}""";
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _fixture.Client.PostAsync("/items", content);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        Assert.Equal(body, Assert.Single(_fixture.Backend.Requests).Body);
    }

    // Below one read of the gateway, one read but not one send, and many of both.
    [Theory]
    [InlineData(3_000)]
    [InlineData(15_000)]
    [InlineData(60_000)]
    public async Task An_answer_of_known_length_comes_whole_whatever_its_size(int size)
    {
        var body = $$"""{"id":"{{new string('y', size)}}"}""";
        for (var i = 0; i < 3; i++)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            using var ask = new HttpRequestMessage(HttpMethod.Post, "/items") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            ask.Headers.Add("X-Known-Length", "1");
            using var answer = await _fixture.Client.SendAsync(ask, limit.Token);
            Assert.Equal(body, await answer.Content.ReadAsStringAsync(limit.Token));
            Assert.NotNull(answer.Content.Headers.ContentLength);
        }
    }

    [Theory]
    [InlineData("/items/1?depth=x", "depth")]
    [InlineData("/items/1?depth=11", "depth")]
    [InlineData("/items/1?nope=1", "nope")]
    public async Task A_parameter_that_breaks_the_contract_is_a_400_that_names_it(string path, string name)
    {
        using var answer = await _fixture.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(name, await answer.Content.ReadAsStringAsync());
        Assert.Empty(_fixture.Backend.Requests);
    }

    [Fact]
    public async Task A_wrong_media_type_is_415_and_a_wrong_method_405()
    {
        using var text = new StringContent("a", Encoding.UTF8, "text/plain");
        using var wrongType = await _fixture.Client.PostAsync("/items", text);
        using var wrongMethod = await _fixture.Client.DeleteAsync("/items/1");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, wrongType.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrongMethod.StatusCode);
        Assert.Contains("GET", wrongMethod.Content.Headers.Allow);
        Assert.Empty(_fixture.Backend.Requests);
    }
}
