using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using ProtocolGateway.Edges.Rest;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using Xunit;

namespace UnitTests.Edges.Rest;

public sealed class RestUnaryTests
{
    private static StringContent Json(string text, string type = "application/json") => new(text, Encoding.UTF8, type);

    // Answers with the text that came.
    private static async ValueTask Echo(GatewayCall call)
    {
        Assert.True(call.TryGetSingleMessage(out var message));
        await call.OnHeadAsync(new(200, new()));
        await call.OnMessageAsync(message);
        await call.OnEndAsync(null, null);
    }

    [Fact]
    public async Task A_path_variable_comes_back_as_json()
    {
        await using var host = await RestHost.StartAsync(Echo);
        using var answer = await host.Client.GetAsync("/notes/a%20b");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("""{"text":"a b"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal(14, answer.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_body_is_read_and_head_answers_without_one()
    {
        await using var host = await RestHost.StartAsync(Echo);
        using var posted = await host.Client.PostAsync("/notes", Json("""{"text":"x"}"""));
        Assert.Equal("""{"text":"x"}""", await posted.Content.ReadAsStringAsync());
        using var head = await host.Client.SendAsync(new(HttpMethod.Head, "/notes/abc"));
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(14, head.Content.Headers.ContentLength);
        Assert.Equal("", await head.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Response_body_and_http_body_answer_alone()
    {
        await using var host = await RestHost.StartAsync(async call =>
        {
            await call.OnHeadAsync(new(200, new()));
            await call.OnMessageAsync(call.Operation.Name == "Text" ? RestHost.Text("y") : new([0x0A, 3, .. "a/b"u8, 0x12, 2, .. "hi"u8]));
            await call.OnEndAsync(null, null);
        });
        Assert.Equal("\"y\"", await host.Client.GetStringAsync("/text/x"));
        using var file = await host.Client.GetAsync("/files/x");
        Assert.Equal("a/b", file.Content.Headers.ContentType!.ToString());
        Assert.Equal("hi", await file.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_raw_body_is_taken_with_its_type()
    {
        byte[] seen = [];
        await using var host = await RestHost.StartAsync(async call =>
        {
            call.TryGetSingleMessage(out var message);
            seen = [.. message.ToArray()];
            await RestHost.Answer("ok")(call);
        });
        using var answer = await host.Client.PostAsync("/files", Json("hi", "text/csv"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([0x0A, 23, .. "text/csv; charset=utf-8"u8, 0x12, 2, .. "hi"u8], seen);
    }

    [Theory]
    [InlineData("GET", "/nothing", 404, "NO_ROUTE")]
    [InlineData("DELETE", "/notes/x", 405, "METHOD_NOT_ALLOWED")]
    [InlineData("GET", "/notes/%zz", 400, "INVALID_INPUT")]
    [InlineData("GET", "/notes/x?no=1", 400, "UNKNOWN_PARAMETER")]
    public async Task What_no_route_takes_is_refused(string method, string path, int status, string reason)
    {
        await using var host = await RestHost.StartAsync(_ => throw new InvalidOperationException("reached"));
        using var answer = await host.Client.SendAsync(new(new(method), new Uri(host.Client.BaseAddress! + path[1..], new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(reason, problem.RootElement.GetProperty("reason").GetString());
        Assert.False(problem.RootElement.TryGetProperty("incidentId", out _));
        if (status == 405)
            Assert.Contains("GET", answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task Options_names_the_methods()
    {
        await using var host = await RestHost.StartAsync(Echo);
        using var answer = await host.Client.SendAsync(new(HttpMethod.Options, "/notes/x"));
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(["GET", "HEAD", "OPTIONS"], answer.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("application/xml", null, 415)]
    [InlineData("application/x-www-form-urlencoded", null, 415)]
    [InlineData("application/vnd.a+json", null, 200)]
    [InlineData("application/json; charset=utf-16", null, 415)]
    [InlineData("application/json", "text/html", 406)]
    [InlineData("application/json", "application/json;q=0, */*", 406)]
    [InlineData("application/json", "text/html, application/*;q=0.1", 200)]
    public async Task Media_types_are_negotiated(string type, string? accept, int status)
    {
        await using var host = await RestHost.StartAsync(Echo);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/notes") { Content = new ByteArrayContent("{}"u8.ToArray()) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_a_413(bool chunked)
    {
        await using var host = await RestHost.StartAsync(Echo, new() { MaxRequestBytes = 100 });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/notes") { Content = Json("{\"text\":\"" + new string('x', 200) + "\"}") };
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Theory]
    [InlineData(null, "application/problem+json")]
    [InlineData("application/vnd.google.rpc.status+json, */*", "application/json")]
    [InlineData("application/json, application/vnd.google.rpc.status+json;q=0", "application/problem+json")]
    [InlineData("application/json, application/vnd.google.rpc.status+json;q=0.1, application/problem+json;q=0.5", "application/problem+json")]
    [InlineData("application/json, application/problem+json;q=0", "application/json")]
    public async Task Errors_take_the_asked_form_and_keep_their_details(string? accept, string type)
    {
        // Status: details = [Any(RetryInfo{}), Any(unknown, "hi")], cut off within a third.
        byte[] status = [0x08, 5, .. Any("x/google.rpc.RetryInfo", []), .. Any("x/google.rpc.DebugInfo", "secret"u8.ToArray()), .. Any("x/no.Such", "hi"u8.ToArray()), 0x1A, 100];
        await using var host = await RestHost.StartAsync(call => call.OnEndAsync(GatewayErrors.BackendStatus(StatusCode.NotFound, "no \"x\"", status), null));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/notes/x");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(text);
        Assert.Equal("no \"x\"", json.RootElement.GetProperty(type == "application/problem+json" ? "detail" : "message").GetString());
        Assert.Equal("""[{"@type":"x/google.rpc.RetryInfo"},{"@type":"x/no.Such","value":"aGk="}]""", json.RootElement.GetProperty("details").GetRawText());

        static byte[] Any(string url, byte[] value)
        {
            byte[] any = [0x0A, (byte)url.Length, .. Encoding.ASCII.GetBytes(url), 0x12, (byte)value.Length, .. value];
            return [0x1A, (byte)any.Length, .. any];
        }
    }

    [Fact]
    public async Task Details_nested_too_deep_for_JSON_degrade_and_hide_nothing()
    {
        // A JSON reader of .NET stops at 64 unless told, the plan at 100.
        foreach (var (depth, whole) in new[] { (90, true), (300, false) })
        {
            byte[] inner = [];
            for (var i = 0; i < depth; i++)
                inner = Field(0x0A, inner);
            var status = Field(0x1A, [.. Field(0x0A, "x/t.Node"u8.ToArray()), .. Field(0x12, inner)]);
            await using var host = await RestHost.StartAsync(call => call.OnEndAsync(
                new() { Code = StatusCode.NotFound, Reason = "BACKEND", Blame = Blame.Backend, Message = "gone", StatusDetails = status }, null));
            using var answer = await host.Client.GetAsync("/notes/x");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(), new() { MaxDepth = 500 });
            Assert.Equal("gone", json.RootElement.GetProperty("detail").GetString());
            var detail = json.RootElement.GetProperty("details")[0];
            Assert.Equal("x/t.Node", detail.GetProperty("@type").GetString());
            Assert.Equal(whole, detail.TryGetProperty("next", out _));
            Assert.Equal(!whole, detail.TryGetProperty("value", out _));
        }

        static byte[] Field(byte tag, byte[] bytes)
        {
            var output = new ArrayBufferWriter<byte>();
            output.Write([tag]);
            for (var length = (uint)bytes.Length; ; length >>= 7)
            {
                output.Write([(byte)(length >= 0x80 ? length | 0x80 : length)]);
                if (length < 0x80)
                    break;
            }

            output.Write(bytes);
            return output.WrittenSpan.ToArray();
        }
    }

    [Theory]
    [InlineData(StatusCode.Internal, false)]
    [InlineData(StatusCode.Unknown, false)]
    [InlineData(StatusCode.Unavailable, false)]
    [InlineData(StatusCode.FailedPrecondition, true)]
    public async Task A_services_text_is_told_where_the_fault_is_the_callers(StatusCode code, bool told)
    {
        await using var host = await RestHost.StartAsync(call => call.OnEndAsync(GatewayErrors.BackendStatus(code, "NullReference at Db.cs", default), null));
        using var answer = await host.Client.GetAsync("/notes/x");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(told, text.Contains("Db.cs", StringComparison.Ordinal));
        Assert.Equal(!told, text.Contains("incidentId", StringComparison.Ordinal));
        Assert.Equal(!told, host.Log.Entries.Any(e => e.Message.Contains("Db.cs", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_bug_is_a_500_with_an_incident_and_without_its_cause()
    {
        await using var host = await RestHost.StartAsync(_ => throw new InvalidOperationException("secret"));
        host.Log.Expect("the gateway failed on t.Notes.Get");
        using var answer = await host.Client.GetAsync("/notes/x");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.Matches("\"incidentId\":\"[0-9a-f]{16}\"", text);
    }

    [Fact]
    public async Task A_backend_without_a_message_or_with_two_breaks_the_protocol()
    {
        await using var none = await RestHost.StartAsync(RestHost.Answer());
        Assert.Equal(HttpStatusCode.BadGateway, (await none.Client.GetAsync("/notes/x")).StatusCode);
        await using var two = await RestHost.StartAsync(RestHost.Answer("a", "b"));
        Assert.Equal(HttpStatusCode.BadGateway, (await two.Client.GetAsync("/notes/x")).StatusCode);
    }
}
