using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using ProtocolGateway.TestKit.Matrix;
using Xunit;

namespace MatrixTests;

/// <summary>gRPC and gRPC-Web by their bytes, right ones and wrong ones, on real sockets.</summary>
public sealed class GrpcFrameTests(Fixture fixture) : MatrixTest(fixture)
{
    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, 3)]
    [InlineData(new byte[] { 0, 0 }, 3)]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, 3)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, 12)]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, 8)]
    [InlineData(new byte[] { }, 12)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 12)]
    public async Task Broken_requests_are_refused_before_the_backend(byte[] body, int status)
    {
        using var answer = await SendAsync("Say", "application/grpc", body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/grpc", answer.Content.Headers.ContentType?.ToString());
        // Nothing went before, so the status is in the head.
        Assert.Equal($"{status}", Assert.Single(answer.Headers.GetValues("grpc-status")));
        Assert.NotEmpty(Assert.Single(answer.Headers.GetValues("grpc-message")));
        Assert.Empty(_fixture.Backend.Calls);
    }

    [Theory]
    [InlineData("grpc-encoding", "BR", 12)]
    [InlineData("grpc-timeout", "soon", 3)]
    [InlineData("grpc-timeout", "123456789S", 3)]
    [InlineData("key-bin", "!", 3)]
    public async Task Headers_that_cannot_be_read_are_named(string name, string value, int status)
    {
        using var answer = await SendAsync("Say", "application/grpc", Frame(new SayRequest()), (name, value));
        Assert.Equal($"{status}", Assert.Single(answer.Headers.GetValues("grpc-status")));
        if (name == "grpc-encoding")
            Assert.Equal("identity,gzip", Assert.Single(answer.Headers.GetValues("grpc-accept-encoding")));
        else
            Assert.Contains(name, Assert.Single(answer.Headers.GetValues("grpc-message")), StringComparison.Ordinal);
        Assert.Empty(_fixture.Backend.Calls);
    }

    [Theory]
    [InlineData("POST", "application/grpc+thrift", "2.0", 415)]
    [InlineData("GET", "application/grpc", "2.0", 405)]
    [InlineData("POST", "application/grpc", "1.1", 426)]
    public async Task What_is_no_gRPC_is_refused_by_HTTP(string method, string type, string version, int status)
    {
        using var answer = await SendAsync("Say", type, Frame(new SayRequest()), method: method, version: version);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Empty(_fixture.Backend.Calls);
    }

    [Fact]
    public async Task An_encoding_that_the_service_does_not_know_is_its_own_to_refuse()
    {
        using var answer = await SendAsync("Say", "application/grpc", [1, 0, 0, 0, 1, 9], ("grpc-encoding", "br"));
        Assert.Equal("12", Assert.Single(answer.Headers.GetValues("grpc-status")));
        // What it takes instead.
        Assert.Contains("gzip", Assert.Single(answer.Headers.GetValues("grpc-accept-encoding")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(8, 3)]
    public async Task A_compressed_message_for_an_HTTP_service_is_read_where_it_is_whole(int cut, int status)
    {
        var frame = Frames.Frame(Frames.Zip(new SayRequest { Name = "zipped" }.ToByteArray()).AsSpan(..^cut), 1);
        using var answer = await SendAsync("GetItem", "application/grpc", frame, ("grpc-encoding", "gzip"), service: "items.Items");
        var headers = status == 0 ? answer.TrailingHeaders : answer.Headers;
        Assert.Equal($"{status}", Assert.Single(headers.GetValues("grpc-status")));
        if (status == 0)
            Assert.Equal("/base/items/zipped", Assert.Single(_fixture.Backend.Requests).Target);
        else
            Assert.Empty(_fixture.Backend.Requests);
    }

    [Fact]
    public async Task Messages_may_be_JSON()
    {
        using var answer = await SendAsync("Say", "application/grpc+json", Frames.Frame("""{"name":"j"}"""u8));
        Assert.Equal("application/grpc+json", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("hello j", SayReply.Parser.ParseJson(Encoding.UTF8.GetString((await answer.Content.ReadAsByteArrayAsync())[5..])).Text);
        Assert.Equal("0", Assert.Single(answer.TrailingHeaders.GetValues("grpc-status")));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Web_ends_with_a_record_of_its_trailers(string version)
    {
        using var answer = await SendAsync("Say", "application/grpc-web+proto", Frame(new SayRequest { Name = "w" }), version: version);
        Assert.Equal("application/grpc-web+proto", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("yes", Assert.Single(answer.Headers.GetValues("x-answer")));
        var body = await answer.Content.ReadAsByteArrayAsync();
        var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1));
        Assert.Equal("hello w", SayReply.Parser.ParseFrom(body.AsSpan(5, length)).Text);
        Assert.Equal(0x80, body[5 + length]);
        Assert.Equal("grpc-status: 0\r\nx-late: too\r\n", Encoding.ASCII.GetString(body[(10 + length)..]));
    }

    [Fact]
    public async Task Text_may_come_in_pieces_that_are_padded_each()
    {
        var frame = Frame(new SayRequest { Name = "pieces" });
        var text = Convert.ToBase64String(frame[..4]) + Convert.ToBase64String(frame[4..]);
        using var answer = await SendAsync("Say", "application/grpc-web-text", Encoding.ASCII.GetBytes(text));
        Assert.Equal("application/grpc-web-text+proto", answer.Content.Headers.ContentType?.ToString());
        var pieces = (await answer.Content.ReadAsStringAsync()).Split("gAAA", 2);
        Assert.Equal("hello pieces", SayReply.Parser.ParseFrom(Convert.FromBase64String(pieces[0])[5..]).Text);
        Assert.Contains("grpc-status: 0", Encoding.ASCII.GetString(Convert.FromBase64String("gAAA" + pieces[1])), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AAAAA")]
    [InlineData("AA*AAAA=")]
    [InlineData("AA=A")]
    public async Task Text_that_is_no_base64_is_refused(string text)
    {
        foreach (var method in (string[])["Say", "Sum"])
        {
            using var answer = await SendAsync(method, "application/grpc-web-text", Encoding.ASCII.GetBytes(text));
            var record = Convert.FromBase64String(await answer.Content.ReadAsStringAsync());
            Assert.Equal(0x80, record[0]);
            Assert.StartsWith("grpc-status: 3\r\n", Encoding.ASCII.GetString(record[5..]), StringComparison.Ordinal);
        }

        Assert.Empty(_fixture.Backend.Calls);
    }

    [Theory]
    [InlineData("application/grpc-web+proto")]
    [InlineData("application/proto")]
    public async Task Pages_of_configured_origins_may_call_and_read_errors_too(string type)
    {
        using var ask = new HttpRequestMessage(HttpMethod.Options, "/matrix.v1.Matrix/Say");
        ask.Headers.TryAddWithoutValidation("Origin", "https://app.example");
        ask.Headers.TryAddWithoutValidation("Access-Control-Request-Method", "POST");
        ask.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", "content-type,x-grpc-web,grpc-timeout");
        using var allowed = await _fixture.Client.SendAsync(ask);
        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal("https://app.example", Assert.Single(allowed.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.Equal("content-type,x-grpc-web,grpc-timeout", Assert.Single(allowed.Headers.GetValues("Access-Control-Allow-Headers")));

        var bare = type == "application/proto";
        var good = new SayRequest { Name = "w" }.ToByteArray();
        var bad = new SayRequest { FailCode = 5 }.ToByteArray();
        using var answer = await SendAsync("Say", type, bare ? good : Frames.Frame(good), ("Origin", "https://app.example"), version: "1.1");
        Assert.Contains("x-answer", Assert.Single(answer.Headers.GetValues("Access-Control-Expose-Headers")), StringComparison.Ordinal);
        using var error = await SendAsync("Say", type, bare ? bad : Frames.Frame(bad), ("Origin", "https://app.example"), version: "1.1");
        Assert.Equal("https://app.example", Assert.Single(error.Headers.GetValues("Access-Control-Allow-Origin")));
        using var foreign = await SendAsync("Say", type, bare ? good : Frames.Frame(good), ("Origin", "https://evil.example"), version: "1.1");
        Assert.False(foreign.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private static byte[] Frame(SayRequest message) => Frames.Frame(message.ToByteArray());

    private Task<HttpResponseMessage> SendAsync(string name, string type, byte[] body, (string Name, string Value)? header = null, string method = "POST", string version = "2.0", string service = "matrix.v1.Matrix")
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(method), $"/{service}/{name}")
        {
            Content = new ByteArrayContent(body),
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        request.Headers.TryAddWithoutValidation("te", "trailers");
        if (header is { } more)
            request.Headers.TryAddWithoutValidation(more.Name, more.Value);
        return _fixture.Client.SendAsync(request);
    }
}
