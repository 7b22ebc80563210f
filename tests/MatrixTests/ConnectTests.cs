using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Rpc;
using ProtocolGateway.TestKit.Matrix;
using Xunit;

namespace MatrixTests;

/// <summary>Connect x gRPC, on real sockets: what buf curl and Connect's clients send and want.</summary>
public sealed class ConnectTests(Fixture fixture) : MatrixTest(fixture)
{
    [Theory]
    [InlineData("Say")]
    [InlineData("Plain")]
    public async Task Unary_protobuf_is_answered_with_protobuf_whether_the_method_has_a_rule_or_not(string method)
    {
        using var ask = Request(method, "application/proto", new SayRequest { Name = "é", Tags = { "a" } }.ToByteArray());
        ask.Headers.Add("X-Tenant", "blue");
        ask.Headers.Add("Connect-Timeout-Ms", "5000");
        using var answer = await _fixture.Client.SendAsync(ask);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/proto", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("hello é", SayReply.Parser.ParseFrom(await answer.Content.ReadAsByteArrayAsync()).Text);
        Assert.Equal("yes", Assert.Single(answer.Headers.GetValues("x-answer")));
        var received = Assert.Single(_fixture.Backend.Calls);
        Assert.Equal("blue", received.Headers.GetValue("x-tenant"));
        Assert.Null(received.Headers.GetValue("connect-protocol-version"));
        Assert.InRange((received.Deadline - DateTime.UtcNow).TotalSeconds, 0, 6);
    }

    [Fact]
    public async Task Unary_json_is_Connects_where_the_request_says_so()
    {
        using var ask = Request("Say", "application/json", """{"name":"j","notKnown":1}"""u8.ToArray());
        using var answer = await _fixture.Client.SendAsync(ask);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("hello j", json.RootElement.GetProperty("text").GetString());

        using var plain = new HttpRequestMessage(HttpMethod.Post, "/matrix.v1.Matrix/Say") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        using var refused = await _fixture.Client.SendAsync(plain);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    [Theory]
    [InlineData(5, 404, "not_found")]
    [InlineData(1, 499, "canceled")]
    [InlineData(9, 400, "failed_precondition")]
    [InlineData(14, 503, "unavailable")]
    public async Task Errors_have_Connects_names_and_statuses(int code, int status, string name)
    {
        using var ask = Request("Say", "application/proto", new SayRequest { FailCode = code }.ToByteArray());
        using var answer = await _fixture.Client.SendAsync(ask);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(name, json.RootElement.GetProperty("code").GetString());
        // The service's debug information is not for its callers.
        Assert.Equal("google.rpc.RetryInfo", Assert.Single(json.RootElement.GetProperty("details").EnumerateArray()).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("application/json", "{\"number\":\"x\"}", "", "", 400, "invalid_argument")]
    [InlineData("application/proto", "", "Connect-Timeout-Ms", "soon", 400, "invalid_argument")]
    [InlineData("application/proto", "", "Connect-Timeout-Ms", "0", 504, "deadline_exceeded")]
    [InlineData("application/proto", "", "Connect-Timeout-Ms", "12345678901", 400, "invalid_argument")]
    [InlineData("application/proto", "", "Connect-Protocol-Version", "2", 400, "invalid_argument")]
    [InlineData("application/json", "{}", "Connect-Protocol-Version", "", 400, "invalid_argument")]
    [InlineData("application/proto", "", "Content-Encoding", "br", 501, "unimplemented")]
    [InlineData("application/proto", "not gzip", "Content-Encoding", "gzip", 400, "invalid_argument")]
    public async Task Bad_requests_are_refused_before_the_backend(string type, string body, string header, string value, int status, string name)
    {
        using var ask = Request("Say", type, Encoding.UTF8.GetBytes(body));
        if (header == "Connect-Protocol-Version")
            ask.Headers.Remove(header);
        if (header.Length > 0 && !ask.Headers.TryAddWithoutValidation(header, value))
            ask.Content!.Headers.TryAddWithoutValidation(header, value);
        using var answer = await _fixture.Client.SendAsync(ask);
        Assert.Equal(status, (int)answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(name, json.RootElement.GetProperty("code").GetString());
        var detail = Assert.Single(json.RootElement.GetProperty("details").EnumerateArray());
        Assert.Equal("google.rpc.ErrorInfo", detail.GetProperty("type").GetString());
        var base64 = detail.GetProperty("value").GetString()!;
        Assert.Equal("protocol-gateway", ErrorInfo.Parser.ParseFrom(Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='))).Domain);
        Assert.Empty(_fixture.Backend.Calls);
    }

    [Theory]
    [InlineData("Say", "application/connect+proto")]
    [InlineData("Count", "application/proto")]
    public async Task A_media_type_of_the_other_kind_is_a_415_that_names_the_right_ones(string method, string type)
    {
        using var ask = Request(method, type, []);
        using var answer = await _fixture.Client.SendAsync(ask);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        Assert.Contains(method == "Say" ? "application/proto" : "application/connect+proto", Assert.Single(answer.Headers.GetValues("Accept-Post")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/connect+proto")]
    [InlineData("application/connect+json")]
    public async Task A_server_stream_comes_in_envelopes_and_its_end_in_the_last(string type)
    {
        var json = type.EndsWith("json", StringComparison.Ordinal);
        var message = json ? """{"to":2}"""u8.ToArray() : new CountRequest { To = 2 }.ToByteArray();
        using var ask = Request("Count", type, Frames.Frame(message));
        using var answer = await _fixture.Client.SendAsync(ask);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType?.ToString());
        var parts = Frames.Read(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal([0, 0, 2], parts.Select(p => (int)p.Flags));
        var replies = parts.Take(2).Select(p => json ? SayReply.Parser.ParseJson(Encoding.UTF8.GetString(p.Message)) : SayReply.Parser.ParseFrom(p.Message));
        Assert.Equal([("n1", 1), ("n2", 2)], replies.Select(r => (r.Text, (int)r.Number)));
        using var end = JsonDocument.Parse(parts[2].Message);
        Assert.False(end.RootElement.TryGetProperty("error", out _));
        Assert.Equal("yes", end.RootElement.GetProperty("metadata").GetProperty("x-counted")[0].GetString());
        Assert.Equal(2, ((CountRequest)Assert.Single(Assert.Single(_fixture.Backend.Calls).Messages)).To);
    }

    [Fact]
    public async Task The_error_of_a_server_stream_is_in_its_last_envelope()
    {
        using var ask = Request("Count", "application/connect+proto", Frames.Frame(new CountRequest { To = 3, FailAfter = 2 }.ToByteArray()));
        using var answer = await _fixture.Client.SendAsync(ask);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var parts = Frames.Read(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal([0, 0, 2], parts.Select(p => (int)p.Flags));
        Assert.Equal(["n1", "n2"], parts.Take(2).Select(p => SayReply.Parser.ParseFrom(p.Message).Text));
        using var end = JsonDocument.Parse(parts[2].Message);
        Assert.Equal("data_loss", end.RootElement.GetProperty("error").GetProperty("code").GetString());
        // A fault of the service: its text is not the caller's to read.
        Assert.DoesNotContain("lost the rest", Encoding.UTF8.GetString(parts[2].Message), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_server_stream_takes_exactly_one_message(int messages)
    {
        var one = Frames.Frame(new CountRequest { To = 1 }.ToByteArray());
        using var ask = Request("Count", "application/connect+proto", [.. Enumerable.Repeat(one, messages).SelectMany(m => m)]);
        using var answer = await _fixture.Client.SendAsync(ask);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("unimplemented", ErrorOf(Assert.Single(Frames.Read(await answer.Content.ReadAsByteArrayAsync()))));
        Assert.Empty(_fixture.Backend.Calls);
    }

    [Fact]
    public async Task Streams_of_both_sides_work_in_json()
    {
        byte[] body = [.. Frames.Frame("""{"name":"a"}"""u8), .. Frames.Frame("""{"name":"b"}"""u8)];
        using var ask = Request("Echo", "application/connect+json", body);
        using var answer = await _fixture.Client.SendAsync(ask);
        var parts = Frames.Read(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal([0, 0, 2], parts.Select(p => (int)p.Flags));
        using var end = JsonDocument.Parse(parts[2].Message);
        Assert.False(end.RootElement.TryGetProperty("error", out _));
        Assert.Equal(2, Assert.Single(_fixture.Backend.Calls).Messages.Count);
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, "invalid_argument")]
    [InlineData(new byte[] { 0, 0 }, "invalid_argument")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0 }, "invalid_argument")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "unimplemented")]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, "resource_exhausted")]
    public async Task Broken_envelopes_end_the_stream_with_an_error(byte[] body, string code)
    {
        foreach (var method in new[] { "Sum", "Count", "Echo" })
        {
            using var ask = Request(method, "application/connect+proto", body);
            using var answer = await _fixture.Client.SendAsync(ask);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(code, ErrorOf(Assert.Single(Frames.Read(await answer.Content.ReadAsByteArrayAsync()))));
        }

        // No backend took the request for whole.
        Assert.Empty(_fixture.Backend.Calls);
    }

    private static string? ErrorOf((byte Flags, byte[] Message) last)
    {
        Assert.Equal(2, last.Flags);
        using var end = JsonDocument.Parse(last.Message);
        return end.RootElement.GetProperty("error").GetProperty("code").GetString();
    }

    private static HttpRequestMessage Request(string method, string type, byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        var request = new HttpRequestMessage(HttpMethod.Post, "/matrix.v1.Matrix/" + method) { Content = content };
        request.Headers.Add("Connect-Protocol-Version", "1");
        return request;
    }
}
