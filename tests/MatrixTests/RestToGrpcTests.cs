using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ProtocolGateway.TestKit.Matrix;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>REST x gRPC, every shape, on real sockets: the answer and what the backend received.</summary>
public sealed class RestToGrpcTests(Fixture fixture) : MatrixTest(fixture)
{
    [Fact]
    public async Task Unary_path_and_query_reach_the_backend_and_its_answer_comes_back_as_json()
    {
        using var answer = await _fixture.Client.GetAsync("/v1/rooms/a%20b:say?number=9007199254740993&tags=x&tags=y&at=2020-01-02T03:04:05Z");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("hello rooms/a b", json.RootElement.GetProperty("text").GetString());
        Assert.Equal("9007199254740993", json.RootElement.GetProperty("number").GetString());
        Assert.Equal("2020-01-02T03:04:05Z", json.RootElement.GetProperty("at").GetString());
        Assert.Equal("yes", Assert.Single(answer.Headers.GetValues("x-answer")));
        var received = Assert.Single(_fixture.Backend.Calls);
        var request = Assert.IsType<SayRequest>(received.Messages[0]);
        Assert.Equal(["x", "y"], request.Tags);
        Assert.Equal(9007199254740993, request.Number);
    }

    [Fact]
    public async Task Unary_body_and_metadata_reach_the_backend_and_spoofed_names_do_not()
    {
        using var ask = new HttpRequestMessage(HttpMethod.Post, "/v1/say") { Content = Json("""{"name":"é","number":"7"}""") };
        ask.Headers.Add("X-Tenant", "blue");
        ask.Headers.Add("grpcgateway-user", "root");
        ask.Headers.Add("X-Request-Timeout", "5");
        using var answer = await _fixture.Client.SendAsync(ask);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var received = Assert.Single(_fixture.Backend.Calls);
        Assert.Equal("é", ((SayRequest)received.Messages[0]).Name);
        Assert.Equal("blue", received.Headers.GetValue("x-tenant"));
        Assert.Null(received.Headers.GetValue("grpcgateway-user"));
        Assert.InRange((received.Deadline - DateTime.UtcNow).TotalSeconds, 0, 6);
    }

    [Fact]
    public async Task Method_without_a_rule_answers_at_its_grpc_path()
    {
        using var answer = await _fixture.Client.PostAsync("/matrix.v1.Matrix/Plain", Json("""{"name":"p"}"""));

        Assert.Contains("hello p", await answer.Content.ReadAsStringAsync());
        Assert.Equal("Plain", Assert.Single(_fixture.Backend.Calls).Method);
    }

    [Theory]
    [InlineData(5, 404)]
    [InlineData(7, 403)]
    [InlineData(8, 429)]
    [InlineData(14, 503)]
    public async Task Backend_status_becomes_a_problem_of_the_right_status(int code, int status)
    {
        using var answer = await _fixture.Client.PostAsync("/v1/say", Json($$"""{"failCode":{{code}}}"""));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        // What it says of its own faults is for the log.
        Assert.Equal(status < 500, (await answer.Content.ReadAsStringAsync()).Contains("asked to fail", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"number":"x"}""", "number")]
    [InlineData("""{"tags":["a",5]}""", "tags[1]")]
    [InlineData("""{"nope":1}""", "nope")]
    [InlineData("""{"name":"a"} trailing""", "")]
    public async Task Bad_json_is_a_400_that_names_the_field_and_never_reaches_the_backend(string body, string path)
    {
        using var answer = await _fixture.Client.PostAsync("/v1/say", Json(body));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(path, await answer.Content.ReadAsStringAsync());
        Assert.Empty(_fixture.Backend.Calls);
    }

    [Theory]
    [InlineData("GET", "/v1/rooms/a:say?nope=1", 400)]
    [InlineData("DELETE", "/v1/say", 405)]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("GET", "/v1/count/notanumber", 400)]
    public async Task What_does_not_fit_is_refused_before_the_backend(string method, string path, int status)
    {
        using var ask = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await _fixture.Client.SendAsync(ask);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Empty(_fixture.Backend.Calls);
    }

    [Fact]
    public async Task Server_stream_is_ndjson_unless_asked_otherwise()
    {
        var lines = (await _fixture.Client.GetStringAsync("/v1/count/3")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(["n1", "n2", "n3"], lines.Select(Text));
    }

    [Fact]
    public async Task Server_stream_as_events_and_as_an_array()
    {
        var events = await GetAsync("/v1/count/2", "text/event-stream");
        Assert.Equal(2, events.Split("data:").Length - 1);
        using var array = JsonDocument.Parse(await GetAsync("/v1/count/2", "application/json"));
        Assert.Equal(2, array.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task Server_stream_that_breaks_ends_with_an_error_record_and_not_as_if_whole()
    {
        using var answer = await _fixture.Client.GetAsync("/v1/count/5?fail_after=2", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var lines = new List<string>();
        var whole = true;
        try
        {
            while (await reader.ReadLineAsync() is { } line)
                lines.Add(line);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            whole = false;
        }

        Assert.Equal(3, lines.Count(l => l.Length > 0));
        Assert.StartsWith("{\"error\":{\"code\":15,", lines[2], StringComparison.Ordinal);
        Assert.DoesNotContain("lost the rest", lines[2], StringComparison.Ordinal);
        Assert.False(whole);
    }

    [Fact]
    public async Task Server_stream_is_cancelled_at_the_backend_when_the_client_hangs_up()
    {
        using (var answer = await _fixture.Client.GetAsync("/v1/count/100000?wait_ms=20", HttpCompletionOption.ResponseHeadersRead))
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            Assert.NotNull(await reader.ReadLineAsync());
        }

        for (var tries = 0; tries < 100 && _fixture.Backend.Cancelled.IsEmpty; tries++)
            await Task.Delay(50);
        Assert.Equal("Count", Assert.Single(_fixture.Backend.Cancelled));
    }

    [Theory]
    [InlineData("application/x-ndjson", "{\"name\":\"a\",\"number\":1}\n{\"name\":\"b\",\"number\":2}\n")]
    [InlineData("application/json", "[{\"name\":\"a\",\"number\":1},{\"name\":\"b\",\"number\":2}]")]
    public async Task Client_stream_is_read_from_lines_or_an_array(string type, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        using var answer = await _fixture.Client.PostAsync("/v1/sum", content);

        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("a,b", json.RootElement.GetProperty("text").GetString());
        Assert.Equal("3", json.RootElement.GetProperty("number").GetString());
        Assert.Equal(2, Assert.Single(_fixture.Backend.Calls).Messages.Count);
    }

    [Theory]
    [InlineData("[{\"name\":\"a\"},]")]
    [InlineData("[{\"name\":\"a\"}")]
    [InlineData("[{\"name\":\"a\"},{\"number\":\"x\"}]")]
    public async Task A_bad_element_is_a_400_and_the_connection_goes_on(string body)
    {
        await using var connection = await RawConnection.OpenAsync(_fixture.Gateway.Port);
        for (var i = 0; i < 2; i++)
        {
            await connection.SendAsync($"POST /v1/sum HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
            Assert.StartsWith("HTTP/1.1 400 ", await connection.ReadAnswerAsync(), StringComparison.Ordinal);
        }

        await connection.SendAsync("GET /v1/rooms/a:say HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadAnswerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Duplex_answers_each_message()
    {
        using var content = new StringContent("{\"name\":\"a\"}\n{\"name\":\"b\"}\n", Encoding.UTF8, "application/x-ndjson");
        using var answer = await _fixture.Client.PostAsync("/v1/echo", content);

        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["hello a", "hello b"], lines.Select(Text));
    }

    [Fact]
    public async Task Deadline_is_a_504_and_the_backend_is_cancelled()
    {
        using var ask = new HttpRequestMessage(HttpMethod.Post, "/v1/say") { Content = Json("""{"waitMs":5000}""") };
        ask.Headers.Add("X-Request-Timeout", "0.2");
        using var answer = await _fixture.Client.SendAsync(ask);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        for (var tries = 0; tries < 100 && _fixture.Backend.Cancelled.IsEmpty; tries++)
            await Task.Delay(50);
        Assert.NotEmpty(_fixture.Backend.Cancelled);
    }

    private async Task<string> GetAsync(string path, string accept)
    {
        using var ask = new HttpRequestMessage(HttpMethod.Get, path);
        ask.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        using var answer = await _fixture.Client.SendAsync(ask);
        Assert.Equal(accept, answer.Content.Headers.ContentType?.MediaType);
        return await answer.Content.ReadAsStringAsync();
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static string? Text(string line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("text").GetString();
    }
}
