using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Text;
using Google.Protobuf;
using ProtocolGateway.TestKit.Backends;
using ProtocolGateway.TestKit.Matrix;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>Compressed messages between clients and services of gRPC: the very bytes pass where both sides know the encoding.</summary>
public sealed class GrpcCompressionTests(GrpcCompressionTests.Echo echo) : IClassFixture<GrpcCompressionTests.Echo>
{
    private static readonly byte[] _zipped = Frames.Frame(Frames.Zip(new SayRequest { Name = "zipped" }.ToByteArray()), 1);

    // No compression that the gateway knows, or anyone.
    private static readonly byte[] _foreign = Frames.Frame([0xde, 0xad, 0xbe, 0xef], 1);
    private static readonly byte[] _plain = Frames.Frame(new SayRequest { Name = "plain" }.ToByteArray());

    [Theory]
    [InlineData("Say", "application/grpc", "gzip", "identity,deflate,gzip")]
    [InlineData("Say", "application/grpc+proto", "gzip", "gzip")]
    [InlineData("Say", "application/grpc", "x-ours", "identity, x-ours")]
    [InlineData("Say", "application/grpc-web", "gzip", "gzip")]
    [InlineData("Count", "application/grpc", "x-ours", "x-ours")]
    [InlineData("Sum", "application/grpc", "x-ours", "x-ours")]
    [InlineData("Echo", "application/grpc", "gzip", "gzip")]
    public async Task The_very_bytes_pass_both_ways(string method, string type, string encoding, string accepted)
    {
        var one = encoding == "gzip" ? _zipped : _foreign;
        byte[] body = method == "Echo" ? [.. one, .. _plain, .. one] : one;
        using var answer = await SendAsync(method, type, body, encoding, accepted);
        var received = Assert.Single(echo.Backend.Calls);
        Assert.Equal(body, received.Body);
        Assert.Equal(encoding, received.Headers["grpc-encoding"]);
        Assert.Equal(accepted, received.Headers["grpc-accept-encoding"]);
        Assert.Equal(encoding, Assert.Single(answer.Headers.GetValues("grpc-encoding")));
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal(body, bytes[..body.Length]);
        if (type == "application/grpc-web")
            Assert.Equal("grpc-status: 0\r\n", Encoding.ASCII.GetString(bytes[(body.Length + 5)..]));
        else
            Assert.Equal("0", Assert.Single(answer.TrailingHeaders.GetValues("grpc-status")));
    }

    [Fact]
    public async Task Web_text_is_the_same_bytes_in_base64()
    {
        var text = Encoding.ASCII.GetBytes(Convert.ToBase64String(_zipped));
        using var answer = await SendAsync("Say", "application/grpc-web-text", text, "gzip", "gzip");
        Assert.Equal(_zipped, Assert.Single(echo.Backend.Calls).Body);
        Assert.StartsWith(Encoding.ASCII.GetString(text), await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/grpc", "")]
    [InlineData("application/grpc", "identity,deflate")]
    [InlineData("application/grpc", "identity,not a list")]
    [InlineData("application/grpc-web", "")]
    public async Task A_client_that_does_not_name_the_encoding_gets_plain_messages(string type, string accepted)
    {
        using var answer = await SendAsync("Say", type, _zipped, "gzip", accepted);
        Assert.Equal(_zipped, Assert.Single(echo.Backend.Calls).Body);
        Assert.False(answer.Headers.Contains("grpc-encoding"));
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal(0, bytes[0]);
        Assert.Equal("zipped", SayReply.Parser.ParseFrom(bytes.AsSpan(5, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1)))).Text);
    }

    [Fact]
    public async Task A_message_that_the_gateway_must_read_is_inflated()
    {
        var json = Frames.Frame(Frames.Zip("""{"name":"zipped"}"""u8.ToArray()), 1);
        using var answer = await SendAsync("Say", "application/grpc+json", json, "gzip", "gzip");
        Assert.Equal(Frames.Frame(new SayRequest { Name = "zipped" }.ToByteArray()), Assert.Single(echo.Backend.Calls).Body);
        Assert.Equal("""{"text":"zipped"}""", Encoding.UTF8.GetString((await answer.Content.ReadAsByteArrayAsync())[5..]));
    }

    [Theory]
    [InlineData("Say", "application/grpc", "gzip", new byte[] { 1, 0, 1, 0, 1 }, 8)]
    [InlineData("Say", "application/grpc", "gzip", new byte[] { 2, 0, 0, 0, 0 }, 3)]
    [InlineData("Say", "application/grpc", "gzip", new byte[] { 1, 0, 0, 0, 9, 1 }, 3)]
    [InlineData("Say", "application/grpc", "identity", new byte[] { 1, 0, 0, 0, 0 }, 12)]
    [InlineData("Say", "application/grpc", "a b", new byte[] { 0, 0, 0, 0, 0 }, 12)]
    [InlineData("Sum", "application/grpc", "gzip", new byte[] { 1, 0, 1, 0, 1 }, 8)]
    [InlineData("Say", "application/grpc+json", "br", new byte[] { 0, 0, 0, 0, 0 }, 12)]
    [InlineData("Say", "application/grpc+json", "gzip", new byte[] { 1, 0, 0, 0, 2, 1, 2 }, 3)]
    public async Task Frames_are_judged_unread_too(string method, string type, string encoding, byte[] body, int status)
    {
        using var answer = await SendAsync(method, type, body, encoding, "gzip");
        Assert.Equal($"{status}", Assert.Single(answer.Headers.GetValues("grpc-status")));
        if (encoding is "br" or "a b")
            Assert.Equal("identity,gzip", Assert.Single(answer.Headers.GetValues("grpc-accept-encoding")));
        Assert.Empty(echo.Backend.Calls);
    }

    private Task<HttpResponseMessage> SendAsync(string method, string type, byte[] body, string encoding, string accepted)
    {
        echo.Backend.Calls.Clear();
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(echo.Gateway.Address, "/matrix.v1.Matrix/" + method))
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } },
            Version = new(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("grpc-encoding", encoding);
        if (accepted.Length > 0)
            request.Headers.TryAddWithoutValidation("grpc-accept-encoding", accepted);
        return echo.Client.SendAsync(request);
    }

    /// <summary>A gateway that takes messages of up to 64 KiB, before a service that answers with what it was sent.</summary>
    public sealed class Echo : IAsyncLifetime
    {
        public EchoBackend Backend { get; private set; } = null!;

        public GatewayProcess Gateway { get; private set; } = null!;

        public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromSeconds(20) };

        public async ValueTask InitializeAsync()
        {
            Backend = await EchoBackend.StartAsync();
            Gateway = await GatewayProcess.StartAsync(
                Fixture.Listeners + "limits: { maxRequestBytes: 65536 }\nservices:\n" + Fixture.MatrixService(Backend.Port));
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await Gateway.DisposeAsync();
            await Backend.DisposeAsync();
        }
    }
}
