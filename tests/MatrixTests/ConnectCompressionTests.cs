using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using ProtocolGateway.TestKit.Matrix;
using Xunit;

namespace MatrixTests;

/// <summary>Compressed requests and answers of Connect, whose messages the gateway reads and writes itself.</summary>
public sealed class ConnectCompressionTests(Fixture fixture) : MatrixTest(fixture)
{
    private const string Proto = "application/proto", StreamProto = "application/connect+proto";
    private const string ConnectEncoding = "Connect-Content-Encoding", ConnectAccept = "Connect-Accept-Encoding";
    private static readonly SayRequest _large = new() { Name = new string('x', 5000) };

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("br;q=1, gzip;q=0.5", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("br", false)]
    [InlineData(null, false)]
    public async Task A_unary_call_is_read_compressed_and_answered_as_the_client_takes_it(string? accepted, bool compressed)
    {
        using var answer = await SendAsync("Say", Proto, Frames.Zip(_large.ToByteArray()), ("Content-Encoding", "gzip"), ("Accept-Encoding", accepted));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(_large.Name, ((SayRequest)Assert.Single(Assert.Single(_fixture.Backend.Calls).Messages)).Name);
        var body = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal(compressed ? ["gzip"] : [], answer.Content.Headers.ContentEncoding);
        Assert.Equal("hello " + _large.Name, SayReply.Parser.ParseFrom(compressed ? Frames.Unzip(body) : body).Text);
    }

    [Fact]
    public async Task A_small_answer_and_an_error_come_plain()
    {
        foreach (var request in (SayRequest[])[new() { Name = "small" }, new() { FailCode = 5 }])
        {
            using var answer = await SendAsync("Say", Proto, request.ToByteArray(), ("Accept-Encoding", "gzip"));
            Assert.Empty(answer.Content.Headers.ContentEncoding);
        }
    }

    [Theory]
    [InlineData("gzip", 1)]
    [InlineData("identity", 0)]
    public async Task Messages_of_streams_are_compressed_one_by_one(string accepted, byte flag)
    {
        byte[] body = [.. Frames.Frame(Frames.Zip(_large.ToByteArray()), 1), .. Frames.Frame(new SayRequest { Name = "plain" }.ToByteArray())];
        using var answer = await SendAsync("Echo", StreamProto, body, (ConnectEncoding, "gzip"), (ConnectAccept, accepted));
        Assert.Equal(flag == 1 ? ["gzip"] : [], answer.Headers.TryGetValues(ConnectEncoding, out var named) ? named : []);
        var parts = Frames.Read(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal([flag, 0, 2], parts.Select(static p => p.Flags));
        Assert.Equal("hello " + _large.Name, SayReply.Parser.ParseFrom(flag == 1 ? Frames.Unzip(parts[0].Message) : parts[0].Message).Text);
        Assert.Equal("hello plain", SayReply.Parser.ParseFrom(parts[1].Message).Text);
    }

    [Theory]
    [InlineData("Count")]
    [InlineData("Sum")]
    public async Task A_stream_in_an_encoding_that_is_not_known_is_told_which_are(string method)
    {
        foreach (var (name, accept) in ((string, string)[])[(ConnectEncoding, ConnectAccept), ("Content-Encoding", ConnectAccept)])
        {
            using var answer = await SendAsync(method, StreamProto, Frames.Frame([]), (name, "br"));
            Assert.Equal("gzip", Assert.Single(answer.Headers.GetValues(accept)));
            var last = Assert.Single(Frames.Read(await answer.Content.ReadAsByteArrayAsync()));
            using var end = JsonDocument.Parse(last.Message);
            Assert.Equal((2, "unimplemented"), (last.Flags, end.RootElement.GetProperty("error").GetProperty("code").GetString()));
        }

        Assert.Empty(_fixture.Backend.Calls);
    }

    [Fact]
    public async Task A_unary_call_in_an_encoding_that_is_not_known_is_told_which_are()
    {
        using var answer = await SendAsync("Say", Proto, [1], ("Content-Encoding", "br"));
        Assert.Equal(HttpStatusCode.NotImplemented, answer.StatusCode);
        Assert.Equal("gzip", Assert.Single(answer.Headers.GetValues("Accept-Encoding")));
    }

    [Theory]
    [InlineData("Say", Proto, 5_000_000, "resource_exhausted")]
    [InlineData("Count", StreamProto, 5_000_000, "resource_exhausted")]
    [InlineData("Sum", StreamProto, 5_000_000, "resource_exhausted")]
    [InlineData("Say", Proto, -8, "invalid_argument")]
    [InlineData("Sum", StreamProto, -8, "invalid_argument")]
    public async Task What_grows_too_large_or_is_cut_off_is_refused_before_the_backend(string method, string type, int length, string code)
    {
        // 4 MiB is the limit; all zeros are some KiB of gzip.
        var zipped = Frames.Zip(new byte[Math.Abs(length)]);
        if (length < 0)
            zipped = zipped[..^-length];
        var unary = type == Proto;
        using var answer = await SendAsync(method, type, unary ? zipped : Frames.Frame(zipped, 1), (unary ? "Content-Encoding" : ConnectEncoding, "gzip"));
        Assert.Contains($"\"code\":\"{code}\"", Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync()), StringComparison.Ordinal);
        Assert.Empty(_fixture.Backend.Calls);
    }

    private Task<HttpResponseMessage> SendAsync(string method, string type, byte[] body, params (string Name, string? Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/matrix.v1.Matrix/" + method)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } },
        };
        foreach (var (name, value) in headers)
        {
            if (value is not null && !request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return _fixture.Client.SendAsync(request);
    }
}
