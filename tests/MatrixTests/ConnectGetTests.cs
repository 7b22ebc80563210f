using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using Google.Protobuf;
using ProtocolGateway.TestKit.Matrix;
using Xunit;

namespace MatrixTests;

/// <summary>Connect by GET: calls that change nothing, whose answers caches and browsers may keep.</summary>
public sealed class ConnectGetTests(Fixture fixture) : MatrixTest(fixture)
{
    private const string Say = "matrix.v1.Matrix/Say";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Protobuf_comes_as_base64_compressed_or_not(bool compressed)
    {
        var message = new SayRequest { Name = "é" }.ToByteArray();
        var query = $"connect=v1&encoding=proto&base64=1&message={Base64Url.EncodeToString(compressed ? Frames.Zip(message) : message)}" + (compressed ? "&compression=gzip" : "");
        using var answer = await GetAsync(Say, query, ("Connect-Timeout-Ms", "5000"), ("X-Tenant", "blue"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/proto", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("hello é", SayReply.Parser.ParseFrom(await answer.Content.ReadAsByteArrayAsync()).Text);
        Assert.Contains("Accept-Encoding", answer.Headers.Vary);
        Assert.Equal("yes", Assert.Single(answer.Headers.GetValues("x-answer")));
        var received = Assert.Single(_fixture.Backend.Calls);
        Assert.Equal("blue", received.Headers.GetValue("x-tenant"));
        Assert.InRange((received.Deadline - DateTime.UtcNow).TotalSeconds, 0, 6);
    }

    [Theory]
    [InlineData(Say, "name", "text", "hello 7")]
    [InlineData("items.Items/GetItem", "id", "id", "7")]
    public async Task Json_needs_no_base64_and_HTTP_services_are_asked_too(string method, string input, string output, string expected)
    {
        using var answer = await GetAsync(method, "encoding=json&message=" + Uri.EscapeDataString($$"""{"{{input}}":"7"}"""));
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(expected, json.RootElement.GetProperty(output).GetString());
    }

    [Theory]
    [InlineData("matrix.v1.Matrix/Plain")]
    [InlineData("matrix.v1.Matrix/Count")]
    [InlineData("items.Items/CreateItem")]
    public async Task What_may_change_something_or_streams_takes_POST_only(string method)
    {
        using var answer = await GetAsync(method, "connect=v1&encoding=json&message=%7B%7D");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal("POST", Assert.Single(answer.Content.Headers.Allow));
        Assert.Empty(_fixture.Backend.Calls);
        Assert.Empty(_fixture.Backend.Requests);
    }

    [Theory]
    [InlineData("connect=v2&encoding=json&message=%7B%7D", 400, "invalid_argument")]
    [InlineData("connect=v1&encoding=json", 400, "invalid_argument")]
    [InlineData("connect=v1&encoding=json&message=%7B", 400, "invalid_argument")]
    [InlineData("connect=v1&encoding=proto&base64=1&message=*", 400, "invalid_argument")]
    [InlineData("connect=v1&encoding=proto&compression=gzip&message=abc", 400, "invalid_argument")]
    [InlineData("connect=v1&encoding=proto&compression=br&message=abc", 501, "unimplemented")]
    [InlineData("connect=v1&encoding=xml&message=abc", 415, null)]
    public async Task Bad_queries_are_refused_before_the_backend(string query, int status, string? code)
    {
        using var answer = await GetAsync(Say, query);
        Assert.Equal(status, (int)answer.StatusCode);
        if (code is not null)
        {
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            Assert.Equal(code, json.RootElement.GetProperty("code").GetString());
        }

        if (status == 501)
            Assert.Equal("gzip", Assert.Single(answer.Headers.GetValues("Accept-Encoding")));
        Assert.Empty(_fixture.Backend.Calls);
    }

    [Fact]
    public async Task Errors_are_those_of_POST()
    {
        using var answer = await GetAsync(Say, "connect=v1&encoding=json&message=" + Uri.EscapeDataString("""{"failCode":5}"""));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("not_found", json.RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Other_GETs_are_not_Connects()
    {
        using var answer = await GetAsync(Say, "name=x");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Pages_of_configured_origins_may_read_the_answer()
    {
        using var answer = await GetAsync(Say, "encoding=json&message=%7B%7D", ("Origin", "https://app.example"));
        Assert.Equal("https://app.example", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Contains("x-answer", Assert.Single(answer.Headers.GetValues("Access-Control-Expose-Headers")), StringComparison.Ordinal);
        using var foreign = await GetAsync(Say, "encoding=json&message=%7B%7D", ("Origin", "https://evil.example"));
        Assert.False(foreign.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private async Task<HttpResponseMessage> GetAsync(string method, string query, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/{method}?{query}");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _fixture.Client.SendAsync(request);
    }
}
