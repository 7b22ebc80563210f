using System.Buffers;
using System.Net;
using ProtocolGateway.Edges;
using ProtocolGateway.Edges.Rest;
using ProtocolGateway.Envelope.Calls;
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
        })
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("Bearer t", seen!.Find("authorization"));
        Assert.Equal("1", seen.Find("trace"));
        Assert.Equal("AQI", seen.Find("x-data-bin"));
        Assert.Equal("1.2.3.4, 127.0.0.1", seen.Find("x-forwarded-for"));
        Assert.Equal("http", seen.Find("x-forwarded-proto"));
        foreach (var absent in new[] { "grpc-status", "x-gateway-user", "te", "connection", "x-private", "host" })
            Assert.Null(seen.Find(absent));
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
