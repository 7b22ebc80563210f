using System.Buffers;
using System.Net;
using ProtocolGateway.Edges;
using ProtocolGateway.Edges.Rest;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace UnitTests.Edges.Rest;

public sealed class RestHeaderTests
{
    [Fact]
    public async Task Only_end_to_end_headers_become_metadata()
    {
        CallHeaders? seen = null;
        await using var host = await RestHost.StartAsync(call =>
        {
            seen = call.Headers;
            return RestHost.Answer("x")(call);
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/notes/x");
        foreach (var (name, value) in new[]
        {
            ("Authorization", "Bearer t"), ("Grpc-Metadata-Trace", "1"), ("Grpc-Metadata-Grpc-Status", "0"), ("X-Gateway-User", "root"), ("TE", "trailers"),
            ("Connection", "X-Private"), ("X-Private", "1"), ("X-Data-Bin", "AQI"), ("X-Forwarded-For", "1.2.3.4"), ("X-Http-Method-Override", "DELETE"),
            ("Grpc-Metadata-X-Forwarded-For", "6.6.6.6"), ("Grpc-Metadata-X-Forwarded-Host", "evil"),
        })
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("Bearer t", seen!.Find("authorization"));
        Assert.Equal("1", seen.Find("trace"));
        Assert.Equal("AQI", seen.Find("x-data-bin"));
        Assert.Equal("1.2.3.4, 127.0.0.1", seen.Find("x-forwarded-for"));
        Assert.Equal("http", seen.Find("x-forwarded-proto"));
        Assert.DoesNotContain(seen.Items.ToArray(), h => h.Value is "6.6.6.6" or "evil");
        foreach (var absent in new[] { "grpc-status", "x-gateway-user", "te", "connection", "x-private", "host" })
            Assert.Null(seen.Find(absent));
    }

    [Fact]
    public async Task A_header_that_metadata_cannot_carry_is_left_out()
    {
        CallHeaders? seen = null;
        await using var host = await RestHost.StartAsync(call =>
        {
            seen = call.Headers;
            return RestHost.Answer("x")(call);
        });
        await using var connection = await RawConnection.OpenAsync(host.Client.BaseAddress!.Port);
        await connection.SendAsync([.. "GET /notes/x HTTP/1.1\r\nHost: a\r\nX-Name: J"u8, 0xC3, 0xBC, .. "rgen\r\nX-Other: 1\r\n\r\n"u8]);
        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadAnswerAsync(), StringComparison.Ordinal);
        Assert.Null(seen!.Find("x-name"));
        Assert.Equal("1", seen.Find("x-other"));
    }

    [Fact]
    public async Task Metadata_and_trailers_come_back_as_headers()
    {
        await using var host = await RestHost.StartAsync(async call =>
        {
            var (head, trailers) = (new CallHeaders(), new CallHeaders());
            head.TryAdd("x-one", "1");
            head.TryAdd("grpc-encoding", "gzip");
            head.TryAdd("x-odd", "\u0001");
            trailers.TryAdd("x-two", "2");
            await call.OnHeadAsync(new(200, head));
            await call.OnMessageAsync(RestHost.Text("x"));
            await call.OnEndAsync(null, trailers);
        });
        using var answer = await host.Client.GetAsync("/notes/x");
        Assert.Equal("1", answer.Headers.GetValues("x-one").Single());
        Assert.Equal("2", answer.Headers.GetValues("grpc-trailer-x-two").Single());
        Assert.False(answer.Headers.Contains("grpc-encoding"));
        Assert.False(answer.Headers.Contains("x-odd"));
    }

    [Theory]
    [InlineData("grpc-timeout", "1S", 200)]
    [InlineData("grpc-timeout", "123456789S", 400)]
    [InlineData("grpc-timeout", "1x", 400)]
    [InlineData("X-Request-Timeout", "500ms", 200)]
    [InlineData("X-Request-Timeout", "2.5", 200)]
    [InlineData("X-Request-Timeout", "-1", 400)]
    [InlineData("X-Request-Timeout", "0", 400)]
    [InlineData("X-Request-Timeout", "0ms", 400)]
    [InlineData("grpc-timeout", "0S", 400)]
    [InlineData("X-Request-Timeout", "soon", 400)]
    [InlineData("x-bad-bin", "*", 400)]
    public async Task Timeouts_and_binary_values_are_checked(string name, string value, int status)
    {
        Deadline deadline = default;
        await using var host = await RestHost.StartAsync(
            call =>
            {
                deadline = call.Deadline;
                return RestHost.Answer("x")(call);
            },
            new() { DefaultTimeout = TimeSpan.FromMinutes(5) });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/notes/x");
        request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 200)
            Assert.InRange(deadline.Left, TimeSpan.Zero, TimeSpan.FromSeconds(2.5));
    }

    [Theory]
    [InlineData("99999999H", true)]
    [InlineData("1n", true)]
    [InlineData("S", false)]
    [InlineData("-1S", false)]
    public void Grpc_timeouts_are_read(string text, bool good) => Assert.Equal(good, CallTimeouts.TryParseGrpc(text, out _));

    [Fact]
    public async Task An_http_operation_passes_through()
    {
        HttpRequestHead? seen = null;
        var body = new ArrayBufferWriter<byte>();
        await using var host = await RestHost.StartAsync(async call =>
        {
            seen = call.HttpRequest;
            while (await call.ReadMessageAsync(body, default))
            {
            }

            var head = new CallHeaders();
            head.TryAdd("content-type", "text/plain");
            head.TryAdd("content-length", "2");
            head.TryAdd("etag", "\"1\"");
            head.TryAdd("keep-alive", "5");
            await call.OnHeadAsync(new(418, head));
            await call.OnMessageAsync(new("hi"u8.ToArray()));
            await call.OnEndAsync(null, null);
        });
        using var answer = await host.Client.PutAsync("/items/a%2Fb", new ByteArrayContent([1, 2, 3]) { Headers = { ContentType = new("image/png") } });
        Assert.Equal(418, (int)answer.StatusCode);
        Assert.Equal("hi", await answer.Content.ReadAsStringAsync());
        Assert.Equal("\"1\"", answer.Headers.ETag!.Tag);
        Assert.False(answer.Headers.Contains("keep-alive"));
        Assert.Equal(new HttpRequestHead("PUT", "/v2/items/a%2Fb", "image/png", 3, true), seen);
        Assert.Equal([1, 2, 3], body.WrittenSpan.ToArray());
        using var wrong = await host.Client.PutAsync("/items/1", new StringContent("x"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, wrong.StatusCode);
        using var empty = await host.Client.PutAsync("/items/1", null);
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
    }

    [Theory]
    [InlineData("/v2/items/1", "/shop/items/1")]
    [InlineData("/v2/items/1?a=/v2/b#c", "/shop/items/1?a=/v2/b#c")]
    [InlineData("/v2", "/shop")]
    [InlineData("http://HOST/v2/items/1", "http://HOST/shop/items/1")]
    [InlineData("https://HOST/v2/items/1", "https://HOST/shop/items/1")]
    [InlineData("/v20/items", "/v20/items")]
    [InlineData("/login", "/login")]
    [InlineData("items/1", "items/1")]
    [InlineData("//other/v2/items/1", "//other/v2/items/1")]
    [InlineData("http://other/v2/items/1", "http://other/v2/items/1")]
    [InlineData("http://HOST.evil/v2/items/1", "http://HOST.evil/v2/items/1")]
    public async Task Locations_lead_below_the_prefix(string told, string seen)
    {
        var authority = "";
        await using var host = await RestHost.StartAsync(
            async call =>
            {
                var head = new CallHeaders();
                head.TryAdd("location", told.Replace("HOST", authority, StringComparison.Ordinal));
                head.TryAdd("content-location", told.Replace("HOST", authority, StringComparison.Ordinal));
                head.TryAdd("x-name", "J\u00fcrgen");
                await call.OnHeadAsync(new(201, head));
                await call.OnEndAsync(null, null);
            },
            new() { Routes = new() { ServicePrefix = s => s.Name == "items" ? "/shop" : "" } });
        authority = host.Client.BaseAddress!.Authority;
        await using var connection = await RawConnection.OpenAsync(host.Client.BaseAddress.Port);
        await connection.SendAsync($"GET /shop/items/1 HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
        var answer = await connection.ReadToEndAsync();
        var expected = seen.Replace("HOST", authority, StringComparison.Ordinal);
        Assert.Contains($"\r\nLocation: {expected}\r\n", answer, StringComparison.Ordinal);
        Assert.Contains($"\r\nContent-Location: {expected}\r\n", answer, StringComparison.Ordinal);
        // The bytes of other headers come as they were, one for each character.
        Assert.Contains("\r\nx-name: J\u00fcrgen\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_describes_the_bytes_of_a_raw_answer_comes_along_and_of_no_other()
    {
        await using var host = await RestHost.StartAsync(async call =>
        {
            var head = new CallHeaders();
            head.TryAdd("content-encoding", "gzip");
            head.TryAdd("content-disposition", "attachment");
            await call.OnHeadAsync(new(200, head));
            await call.OnMessageAsync(call.Operation.Name == "Download" ? new([0x12, 1, 7]) : RestHost.Text("x"));
            await call.OnEndAsync(call.Operation.Name == "Download" && call.Headers.Find("x-fail") is not null ? GatewayErrors.BackendLost("s", "") : null, null);
        });
        using var raw = await host.Client.GetAsync("/files/x");
        Assert.Equal(["gzip"], raw.Content.Headers.ContentEncoding);
        Assert.Equal("attachment", raw.Content.Headers.ContentDisposition!.ToString());
        using var json = await host.Client.GetAsync("/notes/x");
        Assert.Empty(json.Content.Headers.ContentEncoding);
        Assert.Null(json.Content.Headers.ContentDisposition);
        using var ask = new HttpRequestMessage(HttpMethod.Get, "/files/x") { Headers = { { "X-Fail", "1" } } };
        using var failed = await host.Client.SendAsync(ask);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
        Assert.Empty(failed.Content.Headers.ContentEncoding);
        Assert.Equal(["Accept"], failed.Headers.Vary);
    }

    [Fact]
    public async Task A_short_answer_is_never_taken_for_a_whole_one()
    {
        await using var host = await RestHost.StartAsync(async call =>
        {
            var head = new CallHeaders();
            head.TryAdd("content-length", "5");
            await call.OnHeadAsync(new(200, head));
            await call.OnMessageAsync(new("hi"u8.ToArray()));
            await call.OnEndAsync(null, null);
        });
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => host.Client.GetStringAsync("/items/1"));
    }
}
