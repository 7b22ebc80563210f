using System.Buffers;
using System.Net;
using System.Text;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using Xunit;

namespace UnitTests.Edges.Rest;

public sealed class RestStreamTests
{
    private static readonly GatewayError Lost = GatewayErrors.BackendLost("grpc", "secret");

    [Theory]
    [InlineData(null, "application/x-ndjson", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n")]
    [InlineData("text/event-stream", "text/event-stream", "data: {\"text\":\"a\"}\n\ndata: {\"text\":\"b\"}\n\n")]
    [InlineData("application/json", "application/json", "[{\"text\":\"a\"},{\"text\":\"b\"}]")]
    public async Task A_server_stream_takes_the_accepted_form(string? accept, string type, string body)
    {
        await using var host = await RestHost.StartAsync(RestHost.Answer("a", "b"));
        using var answer = await host.Client.SendAsync(Watch(accept));
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        Assert.Equal(["Accept"], answer.Headers.Vary);
    }

    [Fact]
    public async Task An_empty_array_is_closed_and_an_early_error_has_its_status()
    {
        await using var host = await RestHost.StartAsync(RestHost.Answer());
        using var answer = await host.Client.SendAsync(Watch("application/json"));
        Assert.Equal("[]", await answer.Content.ReadAsStringAsync());
        await using var failing = await RestHost.StartAsync(async call =>
        {
            await call.OnHeadAsync(new(200, new()));
            await call.OnEndAsync(Lost, null);
        });
        using var error = await failing.Client.SendAsync(Watch(null));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, error.StatusCode);
    }

    [Theory]
    [InlineData(null, "{\"text\":\"a\"}\n{\"error\":{\"code\":14")]
    [InlineData("text/event-stream", "data: {\"text\":\"a\"}\n\nevent: error\ndata: {\"code\":14")]
    [InlineData("application/json", "[{\"text\":\"a\"},{\"error\":{\"code\":14")]
    public async Task A_late_error_is_a_record_and_a_broken_connection(string? accept, string begin)
    {
        await using var host = await RestHost.StartAsync(async call =>
        {
            await call.OnHeadAsync(new(200, new()));
            await call.OnMessageAsync(RestHost.Text("a"));
            await call.OnEndAsync(Lost, null);
        });
        using var answer = await host.Client.SendAsync(Watch(accept), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var text = new StringBuilder();
        var body = await answer.Content.ReadAsStreamAsync();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            var buffer = new byte[1024];
            while (await body.ReadAsync(buffer) is var read and > 0)
                text.Append(Encoding.UTF8.GetString(buffer, 0, read));
        });
        Assert.StartsWith(begin, text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/x-ndjson", "{\"text\":\"a\"}\n\n{\"text\":\"b,]\\\"\"}", "a|b,]\"")]
    [InlineData("application/json", "[ {\"text\":\"a\"} , {\"text\":\"[\"} ] ", "a|[")]
    [InlineData("application/json", "{\"text\":\n\"a\"}", "a")]
    [InlineData("application/json", "[]", "")]
    public async Task A_client_stream_is_split_into_messages(string type, string body, string expected)
    {
        await using var host = await RestHost.StartAsync(Gather);
        using var answer = await host.Client.PostAsync("/upload", new StringContent(body, Encoding.UTF8, type));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var json = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(expected, json.RootElement.TryGetProperty("text", out var text) ? text.GetString() : "");
    }

    [Theory]
    [InlineData("[{\"text\":\"a\"},{\"text\":3}]", "message 1")]
    [InlineData("[{\"text\":\"a\"},]", "message 1")]
    [InlineData("[{\"text\":\"a\"}", "message 1")]
    [InlineData("[{\"text\":\"a\"}] x", "message 1")]
    [InlineData("{\"text\":\"a", "message 0")]
    public async Task A_bad_element_is_named(string body, string where)
    {
        await using var host = await RestHost.StartAsync(Gather);
        using var answer = await host.Client.PostAsync("/upload", new StringContent(body, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(where, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_element_over_the_limit_is_a_413()
    {
        await using var host = await RestHost.StartAsync(Gather, new() { MaxRequestBytes = 50 });
        using var answer = await host.Client.PostAsync("/upload", new StringContent("[{\"text\":\"" + new string('x', 100) + "\"}]", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task A_client_that_hangs_up_cancels_the_call()
    {
        var gone = new TaskCompletionSource();
        await using var host = await RestHost.StartAsync(async call =>
        {
            await call.OnHeadAsync(new(200, new()));
            await call.OnMessageAsync(RestHost.Text("a"));
            await using var registration = call.Cancelled.Register(gone.SetResult);
            await gone.Task;
            await call.OnEndAsync(GatewayErrors.CallerGone(), null);
        });
        var answer = await host.Client.SendAsync(Watch(null), HttpCompletionOption.ResponseHeadersRead);
        answer.Dispose();
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static HttpRequestMessage Watch(string? accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/watch");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return request;
    }

    // Answers with the texts of all messages, as an upstream would read them.
    private static async ValueTask Gather(GatewayCall call)
    {
        var texts = new List<string>();
        try
        {
            var buffer = new ArrayBufferWriter<byte>();
            while (await call.ReadMessageAsync(buffer, call.Cancelled))
            {
                texts.Add(RestHost.TextOf(new(buffer.WrittenMemory)));
                buffer.Clear();
            }
        }
        catch (GatewayCallException error)
        {
            await call.OnEndAsync(error.Error, null);
            return;
        }

        await RestHost.Answer(string.Join("|", texts))(call);
    }
}
