using System.Net;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>What a clear-text listener makes of a connection's first bytes, and the limits of a request's head.</summary>
public sealed class ListenerTests(Fixture fixture) : MatrixTest(fixture)
{
    // RFC 9113, sections 3.4 and 6.5: the preface and an empty SETTINGS frame.
    private const string Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0";
    private const string Request = "GET /v1/rooms/a:say HTTP/1.1\r\nHost: a\r\n\r\n";

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Both_versions_of_HTTP_are_spoken_on_one_port(string version)
    {
        for (var i = 0; i < 2; i++)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, "/v1/rooms/a:say") { Version = new Version(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            using var answer = await _fixture.Client.SendAsync(ask);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(new Version(version), answer.Version);
        }
    }

    [Fact]
    public async Task Upgrade_to_h2c_is_passed_over()
    {
        await using var connection = await RawConnection.OpenAsync(_fixture.Gateway.Port);
        await connection.SendAsync("GET /v1/rooms/a:say HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
        var answer = await connection.ReadAnswerAsync();
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Null(Assert.Single(_fixture.Backend.Calls).Headers.Get("http2-settings"));
    }

    [Theory]
    [InlineData(Request, "HTTP/1.1 200 OK")]
    [InlineData("PUT /v1/rooms/a:say HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405 Method Not Allowed")]
    public async Task A_request_that_comes_byte_by_byte_is_answered(string request, string status)
    {
        await using var connection = await RawConnection.OpenAsync(_fixture.Gateway.Port);
        await Task.Delay(300);
        foreach (var one in request)
        {
            await connection.SendAsync(one.ToString());
            await Task.Delay(2);
        }

        Assert.StartsWith(status, await connection.ReadAnswerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preface_that_comes_byte_by_byte_is_HTTP_2()
    {
        await using var connection = await RawConnection.OpenAsync(_fixture.Gateway.Port);
        foreach (var one in Preface)
        {
            await connection.SendAsync(one.ToString());
            await Task.Delay(2);
        }

        // A frame's type is its fourth byte; the server's first frame is SETTINGS.
        Assert.Equal(4, (await connection.ReadAsync())[3]);
    }

    [Theory]
    [InlineData("\0\0\0\0\0\0\0\0\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n")]
    [InlineData("PRI * HTTP/1.1\r\n\r\n")]
    [InlineData("PRI / HTTP/2.0\r\n\r\n")]
    public async Task Bytes_that_are_no_request_are_a_400_and_the_end(string garbage)
    {
        await using (var connection = await RawConnection.OpenAsync(_fixture.Gateway.Port))
        {
            await connection.SendAsync(garbage);
            var answer = await connection.ReadToEndAsync();
            Assert.True(answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 505", StringComparison.Ordinal), answer);
        }

        await AnswersAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PRI * HT")]
    [InlineData("GET /v1/ro")]
    public async Task A_connection_that_ends_before_a_request_leaves_nothing_behind(string begin)
    {
        await using (var connection = await RawConnection.OpenAsync(_fixture.Gateway.Port))
        {
            await connection.SendAsync(begin);
            connection.EndSending();
            var answer = await connection.ReadToEndAsync();
            Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal), answer);
        }

        await AnswersAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("GET /v1/ro")]
    [InlineData(Request)]
    public async Task A_connection_that_is_reset_is_no_error_of_the_program(string begin)
    {
        // At whatever moment the reset comes.
        for (var i = 0; i < 50; i++)
        {
            await using var connection = await RawConnection.OpenAsync(_fixture.Gateway.Port);
            await connection.SendAsync(begin);
            if (i % 2 == 0)
                await Task.Delay(i / 10);
            connection.Reset();
        }

        // What is logged is looked at when the test ends.
        await AnswersAsync();
    }

    [Fact]
    public async Task Headers_may_be_as_large_as_the_configuration_says()
    {
        await using var gateway = await GatewayProcess.StartAsync(
            Fixture.Listeners + "limits: { maxHeaderBytes: 2MiB }\nservices:\n" + Fixture.MatrixService(_fixture.Backend), probe: "/healthz/live");
        await using var connection = await RawConnection.OpenAsync(gateway.Port);
        // Listed in Connection, so that it ends here: the backend would not take as much.
        await connection.SendAsync($"GET /v1/rooms/a:say HTTP/1.1\r\nHost: a\r\nConnection: x-large\r\nX-Large: {new string('x', 1_500_000)}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await connection.ReadAnswerAsync(), StringComparison.Ordinal);
        Assert.Null(Assert.Single(_fixture.Backend.Calls).Headers.Get("x-large"));
        await using var beyond = await RawConnection.OpenAsync(gateway.Port);
        await beyond.SendAsync($"GET /v1/rooms/a:say HTTP/1.1\r\nHost: a\r\nConnection: x-large\r\nX-Large: {new string('x', 2_200_000)}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 431 ", await beyond.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_that_are_too_large_are_a_431_and_a_target_that_is_too_long_a_414()
    {
        foreach (var (request, status) in new[]
        {
            ($"GET /v1/rooms/a:say HTTP/1.1\r\nHost: a\r\nX-Large: {new string('x', 40_000)}\r\n\r\n", "431"),
            ($"GET /v1/rooms/{new string('x', 40_000)}:say HTTP/1.1\r\nHost: a\r\n\r\n", "414"),
        })
        {
            await using var connection = await RawConnection.OpenAsync(_fixture.Gateway.Port);
            await connection.SendAsync(request);
            Assert.StartsWith($"HTTP/1.1 {status} ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        }

        Assert.Empty(_fixture.Backend.Calls);
        await AnswersAsync();
    }

    [Fact]
    public async Task Headers_that_are_too_large_end_their_HTTP_2_request_and_not_the_others()
    {
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact, BaseAddress = _fixture.Gateway.Address };
        using (var warm = await client.GetAsync("/v1/rooms/a:say"))
            Assert.Equal(HttpStatusCode.OK, warm.StatusCode);
        using var large = new HttpRequestMessage(HttpMethod.Get, "/v1/rooms/a:say") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        large.Headers.Add("X-Large", new string('x', 40_000));
        try
        {
            using var answer = await client.SendAsync(large);
            Assert.Equal(431, (int)answer.StatusCode);
        }
        catch (HttpRequestException)
        {
            // The head did not fit the server's buffers either: the connection is closed, which is a refusal too.
        }

        using var after = await client.GetAsync("/v1/rooms/a:say");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.DoesNotContain(_fixture.Backend.Calls, c => c.Headers.Get("x-large") is not null);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}", "http://127.0.0.1:{1}", "Failed to bind to address http://127.0.0.1:{0}: address already in use.")]
    [InlineData("http://127.0.0.1:{1}", "http://127.0.0.1:{0}", "Failed to bind to address http://127.0.0.1:{0}: address already in use.")]
    [InlineData("http://192.0.2.1:{1}", "http://127.0.0.1:{1}", "Cannot listen on http://192.0.2.1:{1}, http://127.0.0.1:{1}: Cannot assign requested address.")]
    public async Task A_listener_that_cannot_be_had_is_one_line_and_exit_code_1(string listen, string admin, string expected)
    {
        var (taken, free) = (_fixture.Gateway.Port, MatrixBackend.FreePort());
        string Fill(string text) => string.Format(System.Globalization.CultureInfo.InvariantCulture, text, taken, free);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"listen: [ {{ url: \"{Fill(listen)}\" }} ]\nadmin: {{ url: \"{Fill(admin)}\" }}\nservices:\n" + Fixture.ItemsService(_fixture.Backend));
        var (code, output, errors) = await GatewayProcess.RunAsync("run", "--config", file);
        File.Delete(file);

        Assert.Equal(1, code);
        Assert.Equal("error: " + Fill(expected), errors.Trim());
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("crit:", output, StringComparison.Ordinal);
    }

    private async Task AnswersAsync()
    {
        using var answer = await _fixture.Client.GetAsync("/v1/rooms/a:say");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
