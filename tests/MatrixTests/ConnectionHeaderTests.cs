using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>RFC 9110, section 7.6.1: a header that Connection names goes no further. Raw bytes, since no client library sends such lists.</summary>
public sealed class ConnectionHeaderTests(Fixture fixture) : MatrixTest(fixture)
{
    [Theory]
    [InlineData("Connection: X-Secret")]
    [InlineData("Connection: close, X-Secret")]
    [InlineData("Connection: X-Secret, keep-alive")]
    [InlineData("Connection: keep-alive\r\nConnection: x-secret")]
    [InlineData("Connection: close\r\nConnection: X-SECRET")]
    [InlineData("Connection: X-Secret\r\nConnection: keep-alive")]
    [InlineData("Connection: Upgrade, X-Secret")]
    [InlineData("connection:\tclose\t,\tX-Secret\t,")]
    [InlineData("CONNECTION: ,,keep-alive,,X-Other,X-Secret")]
    public async Task A_listed_header_reaches_no_backend(string lines)
    {
        await using var connection = await RawConnection.OpenAsync(_fixture.Gateway.Port);
        await connection.SendAsync($"GET /items/1 HTTP/1.1\r\nHost: a\r\n{lines}\r\nX-Secret: 1\r\nX-Open: 2\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);

        await using var other = await RawConnection.OpenAsync(_fixture.Gateway.Port);
        await other.SendAsync($"GET /v1/rooms/a:say HTTP/1.1\r\nHost: a\r\n{lines}\r\nX-Secret: 1\r\nX-Open: 2\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await other.ReadToEndAsync(), StringComparison.Ordinal);

        var http = Assert.Single(_fixture.Backend.Requests).Headers;
        Assert.Equal("2", http["x-open"]);
        Assert.DoesNotContain("x-secret", http.Keys);
        var grpc = Assert.Single(_fixture.Backend.Calls).Headers;
        Assert.Equal("2", grpc.GetValue("x-open"));
        Assert.Null(grpc.Get("x-secret"));
    }

    [Theory]
    [InlineData("1.1", "X-Open: 2")]
    [InlineData("1.1", "Connection: keep-alive")]
    [InlineData("1.1", "Connection: Keep-Alive, TE\r\nTE: trailers")]
    [InlineData("1.1", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__")]
    [InlineData("1.0", "Connection: keep-alive")]
    public async Task A_usual_client_keeps_its_connection(string version, string lines)
    {
        await using var connection = await RawConnection.OpenAsync(_fixture.Gateway.Port);
        for (var i = 0; i < 3; i++)
        {
            await connection.SendAsync($"GET /v1/rooms/a:say HTTP/{version}\r\nHost: a\r\n{lines}\r\nX-Secret: 1\r\n\r\n");
            var answer = await connection.ReadAnswerAsync();
            Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("Connection: close", answer, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(3, _fixture.Backend.Calls.Count);
        Assert.All(_fixture.Backend.Calls, c => Assert.Equal("1", c.Headers.GetValue("x-secret")));
    }

    [Fact]
    public async Task Close_is_obeyed_and_other_lists_say_that_they_close()
    {
        foreach (var lines in (string[])["Connection: close", "Connection: X-Secret"])
        {
            await using var connection = await RawConnection.OpenAsync(_fixture.Gateway.Port);
            await connection.SendAsync($"GET /items/1 HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n");
            Assert.Contains("\r\nConnection: close\r\n", await connection.ReadToEndAsync(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("Connection: clo\0se")]
    [InlineData("X-Other: a\0b")]
    public async Task A_NUL_is_a_400_in_any_header(string line)
    {
        await using var connection = await RawConnection.OpenAsync(_fixture.Gateway.Port);
        await connection.SendAsync($"GET /items/1 HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Empty(_fixture.Backend.Requests);
    }
}
