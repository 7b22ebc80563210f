using System.Buffers;
using System.Net;
using System.Text;
using ProtocolGateway.Edges.Rest;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace UnitTests.Edges.Rest;

/// <summary>Bodies that are too large, that never end, or that are no bodies.</summary>
public sealed class RestHostileBodyTests
{
    private static readonly RestEdgeOptions Small = new() { MaxRequestBytes = 100 };

    [Theory]
    [InlineData(100, HttpStatusCode.OK)]
    [InlineData(101, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(200_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_chunked_body_of_an_http_operation_is_bounded(int size, HttpStatusCode status)
    {
        var aborted = false;
        await using var host = await RestHost.StartAsync(call => Store(call, () => aborted = true), Small);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/items/1") { Content = new ByteArrayContent(new byte[size]) { Headers = { ContentType = new("image/png") } } };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await host.Client.SendAsync(request);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(status != HttpStatusCode.OK, aborted);
    }

    [Theory]
    [InlineData("POST /notes", "application/json", "X-Request-Timeout: 100ms\r\n")]
    [InlineData("POST /notes", "application/json", "")]
    [InlineData("PUT /items/1", "image/png", "")]
    public async Task A_body_that_does_not_come_is_a_408(string line, string type, string header)
    {
        var patience = header.Length > 0 ? TimeSpan.FromHours(1) : TimeSpan.FromMilliseconds(100);
        await using var host = await RestHost.StartAsync(call => Store(call, () => { }), new() { Pace = new(patience, 240) });
        await using var connection = await RawConnection.OpenAsync(host.Client.BaseAddress!.Port);
        await connection.SendAsync($"{line} HTTP/1.1\r\nHost: a\r\nContent-Type: {type}\r\n{header}Content-Length: 50\r\n\r\n{{");
        var answer = await connection.ReadAnswerAsync();
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("REQUEST_TIMEOUT", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST /notes", "application/json", "zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("POST /notes", "application/json", "2\r\n{}zz\r\n0\r\n\r\n")]
    [InlineData("POST /notes", "application/json", "-2\r\n{}\r\n0\r\n\r\n")]
    [InlineData("POST /upload", "application/x-ndjson", "2\r\n{}\r\nzz\r\n\r\n")]
    [InlineData("PUT /items/1", "image/png", "2\r\n{}\r\nzz\r\n\r\n")]
    public async Task Garbage_between_chunks_is_a_400(string line, string type, string body)
    {
        await using var host = await RestHost.StartAsync(call => Store(call, () => { }));
        await using var connection = await RawConnection.OpenAsync(host.Client.BaseAddress!.Port);
        await connection.SendAsync($"{line} HTTP/1.1\r\nHost: a\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        Assert.StartsWith("HTTP/1.1 400 ", await connection.ReadAnswerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_waits_for_100_continue_is_told_to_go_on()
    {
        await using var host = await RestHost.StartAsync(call => Store(call, () => { }));
        await using var connection = await RawConnection.OpenAsync(host.Client.BaseAddress!.Port);
        await connection.SendAsync("POST /notes HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100 ", Encoding.ASCII.GetString(await connection.ReadAsync()), StringComparison.Ordinal);
        await connection.SendAsync("{}");
        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadAnswerAsync(), StringComparison.Ordinal);
    }

    // Reads the request as an upstream would, and answers "ok".
    private static async ValueTask Store(GatewayCall call, Action onAbort)
    {
        try
        {
            var piece = new ArrayBufferWriter<byte>();
            while (!call.TryGetSingleMessage(out _) && await call.ReadMessageAsync(piece, call.Cancelled))
                piece.Clear();
        }
        catch (GatewayCallException wrong)
        {
            onAbort();
            await call.OnEndAsync(wrong.Error, null);
            return;
        }

        if (call.HttpRequest is null)
        {
            await RestHost.Answer("ok")(call);
            return;
        }

        await call.OnHeadAsync(new(200, new()));
        await call.OnMessageAsync(new(Encoding.ASCII.GetBytes("ok")));
        await call.OnEndAsync(null, null);
    }
}
