using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.TestKit.Running;
using UnitTests.Edges.Rest;
using Xunit;

namespace UnitTests.Edges.Grpc;

/// <summary>The Connect protocol before a pipeline that misbehaves, and requests that do.</summary>
public sealed class ConnectEdgeTests
{
    private const string StreamJson = "application/connect+json";

    [Fact]
    public async Task A_bug_after_bytes_are_out_is_logged_with_an_incident_and_breaks_the_connection()
    {
        await using var host = await RestHost.StartAsync(async call =>
        {
            await call.OnHeadAsync(new(200, new()));
            await call.OnMessageAsync(RestHost.Text("a"));
            throw new InvalidOperationException("nobody thought of this");
        });
        host.Log.Expect("the gateway failed on t.Notes.Watch");
        using var request = Request("Watch", StreamJson, Envelope("{}"));
        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
        {
            using var answer = await host.Client.SendAsync(request);
        });
        var told = Assert.Single(host.Log.Entries, e => e.Id.Id == 2001);
        Assert.Matches("^Incident [0-9a-f]{16}: ", told.Message);
        Assert.Contains("nobody thought of this", told.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get", "application/json", "{}")]
    [InlineData("Watch", StreamJson, "\0\0\0\0\u0002{}")]
    public async Task A_bug_before_the_answer_is_one_in_the_forms_own_error(string method, string type, string body)
    {
        await using var host = await RestHost.StartAsync(_ => throw new InvalidOperationException("secret"));
        host.Log.Expect("the gateway failed on t.Notes." + method);
        using var request = Request(method, type, Encoding.ASCII.GetBytes(body));
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(type == StreamJson ? HttpStatusCode.OK : HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("\"code\":\"internal\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Get", "application/json", "{}", HttpStatusCode.ServiceUnavailable)]
    [InlineData("Watch", StreamJson, "\0\0\0\0\u0002{}", HttpStatusCode.OK)]
    public async Task What_an_error_says_in_headers_reaches_the_client(string method, string type, string body, HttpStatusCode status)
    {
        var error = new GatewayError
        {
            Code = StatusCode.Unavailable,
            Reason = "ASLEEP",
            Message = "asleep",
            Blame = Blame.Backend,
            AnswerHeaders = [new("Retry-After", "7"), new("X-Split", "a\r\nb: c")],
        };
        await using var host = await RestHost.StartAsync(call => call.OnEndAsync(error, null));
        host.Log.Expect("asleep");
        using var request = Request(method, type, Encoding.ASCII.GetBytes(body));
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("7", Assert.Single(answer.Headers.GetValues("Retry-After")));
        Assert.False(answer.Headers.Contains("X-Split"));
    }

    [Fact]
    public async Task The_one_message_of_a_server_stream_is_there_whole_before_the_call_begins()
    {
        string? text = null;
        await using var host = await RestHost.StartAsync(async call =>
        {
            text = call.TryGetSingleMessage(out var message) ? RestHost.TextOf(message) : null;
            await RestHost.Answer("a")(call);
        });
        using var request = Request("Watch", StreamJson, Envelope("""{"text":"q"}"""));
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal("q", text);
        Assert.Equal([.. Envelope("""{"text":"a"}"""), 2, .. Envelope("{}")[1..]], await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Each_message_of_a_stream_is_sent_when_it_is_there()
    {
        var read = new SemaphoreSlim(0);
        await using var host = await RestHost.StartAsync(async call =>
        {
            await call.OnHeadAsync(new(200, new()));
            foreach (var text in new[] { "a", "b" })
            {
                await call.OnMessageAsync(RestHost.Text(text));
                // Nothing more happens until the client has it.
                Assert.True(await read.WaitAsync(TimeSpan.FromSeconds(20)));
            }

            await call.OnEndAsync(null, null);
        });
        using var request = Request("Watch", StreamJson, Envelope("{}"));
        using var answer = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        foreach (var text in new[] { "a", "b" })
        {
            var expected = Envelope($$"""{"text":"{{text}}"}""");
            var envelope = new byte[expected.Length];
            await body.ReadExactlyAsync(envelope);
            Assert.Equal(expected, envelope);
            read.Release();
        }
    }

    [Fact]
    public async Task The_message_of_a_server_stream_that_does_not_come_is_a_timeout()
    {
        await using var host = await RestHost.StartAsync(RestHost.Answer("a"), new() { Pace = new(TimeSpan.FromMilliseconds(100), 240) });
        await using var connection = await RawConnection.OpenAsync(host.Client.BaseAddress!.Port);
        await connection.SendAsync($"POST /t.Notes/Watch HTTP/1.1\r\nHost: a\r\nContent-Type: {StreamJson}\r\nContent-Length: 50\r\n\r\n\0\0\0\0\u0002{{}}");
        Assert.Contains("deadline_exceeded", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_read_breaks_the_exchange_off()
    {
        GatewayError? refused = null;
        await using var host = await RestHost.StartAsync(async call =>
        {
            await call.OnHeadAsync(new(200, new()));
            await call.OnMessageAsync(RestHost.Text("a"));
            refused = (await Assert.ThrowsAsync<GatewayCallException>(async () => await call.OnMessageAsync(new(new byte[] { 0x0A, 9 })))).Error;
            await call.OnEndAsync(refused, null);
        });
        using var request = Request("Watch", StreamJson, Envelope("{}"));
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal("BACKEND_CONTRACT", refused!.Reason);
        Assert.Contains("\"error\":{\"code\":\"internal\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static HttpRequestMessage Request(string method, string type, byte[] body)
    {
        var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        return new(HttpMethod.Post, "/t.Notes/" + method) { Content = content, Headers = { { "Connect-Protocol-Version", "1" } } };
    }

    private static byte[] Envelope(string json) => [0, 0, 0, 0, (byte)json.Length, .. Encoding.ASCII.GetBytes(json)];
}
