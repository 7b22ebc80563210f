using Google.Protobuf;
using MatrixTests.Clients;
using ProtocolGateway.TestKit.Matrix;
using Xunit;

namespace MatrixTests;

/// <summary>WebSocket (direct) x gRPC on real sockets: every shape, and what the backend received.</summary>
public sealed class WebSocketDirectTests(Fixture fixture) : MatrixTest(fixture)
{
    [Fact]
    public async Task A_unary_call_is_one_message_each_way()
    {
        using var socket = await OpenAsync("Say", ("x-tenant", "blue"), ("X-Request-Timeout", "30s"));
        await socket.SendAsync("""{"name":"é"}""");
        Assert.Equal("""{"text":"hello é"}""", await socket.ReceiveAsync());
        Assert.Equal("closed 1000", await socket.ReceiveAsync());
        var received = Assert.Single(_fixture.Backend.Calls);
        Assert.Equal("blue", received.Headers.GetValue("x-tenant"));
        Assert.InRange((received.Deadline - DateTime.UtcNow).TotalSeconds, 0, 30);
    }

    [Fact]
    public async Task Binary_messages_are_protobuf_both_ways()
    {
        using var socket = await OpenAsync("Count");
        await socket.SendAsync(new CountRequest { To = 3 }.ToByteArray());
        for (var i = 1; i <= 3; i++)
            Assert.Equal("n" + i, SayReply.Parser.ParseFrom(await socket.ReceiveBytesAsync()).Text);
        Assert.Equal("closed 1000", await socket.ReceiveAsync());
    }

    [Fact]
    public async Task An_empty_text_ends_a_client_stream()
    {
        using var socket = await OpenAsync("Sum");
        for (var i = 0; i < 100; i++)
            await socket.SendAsync("""{"name":"a","number":1}""");
        await socket.SendAsync("");
        Assert.Contains("\"number\":\"100\"", await socket.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Equal("closed 1000", await socket.ReceiveAsync());
    }

    [Fact]
    public async Task Both_sides_speak_in_turn()
    {
        using var socket = await OpenAsync("Echo");
        for (var i = 0; i < 3; i++)
        {
            await socket.SendAsync($$"""{"name":"m{{i}}"}""");
            Assert.Equal($$"""{"text":"hello m{{i}}"}""", await socket.ReceiveAsync());
        }

        await socket.SendAsync("");
        Assert.Equal("closed 1000", await socket.ReceiveAsync());
    }

    [Theory]
    [InlineData("""{"failCode":5}""", "closed 4005 NOT_FOUND: asked to fail")]
    [InlineData("""{"failCode":14}""", "closed 4014 UNAVAILABLE: The service failed: Unavailable.")]
    [InlineData("""{"name":7}""", "closed 4003 INVALID_ARGUMENT: ")]
    [InlineData("", "closed 4012 UNIMPLEMENTED: This operation takes exactly one message")]
    public async Task The_status_is_the_close_code(string message, string close)
    {
        using var socket = await OpenAsync("Say");
        await socket.SendAsync(message);
        Assert.StartsWith(close, await socket.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deadline_is_a_close_code_too()
    {
        using var socket = await OpenAsync("Say", ("X-Request-Timeout", "300ms"));
        await socket.SendAsync("""{"waitMs":20000}""");
        Assert.StartsWith("closed 4004 DEADLINE_EXCEEDED", await socket.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(4001)]
    [InlineData(0)]
    public async Task A_client_that_goes_cancels_the_backend(int code)
    {
        using var socket = await OpenAsync("Count");
        await socket.SendAsync("""{"to":100000,"waitMs":20}""");
        await socket.ReceiveAsync();
        if (code > 0)
            await socket.CloseAsync(code, "enough");
        else
            socket.Abort();
        for (var i = 0; i < 500 && _fixture.Backend.Cancelled.IsEmpty; i++)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Single(_fixture.Backend.Cancelled);
        if (code > 0)
            Assert.Equal($"closed {code} enough", await socket.ReceiveCloseAsync());
    }

    [Fact]
    public async Task Foreign_pages_too_much_and_unknown_methods_are_refused()
    {
        using var foreign = await SocketClient.ConnectAsync(_fixture.Gateway.Address, null, "https://evil.example", "/ws/matrix.v1.Matrix/Say");
        Assert.StartsWith("closed 4403", await foreign.ReceiveAsync(), StringComparison.Ordinal);
        using var large = await OpenAsync("Say");
        await large.SendAsync(new byte[5 * 1024 * 1024]);
        Assert.StartsWith("closed 1009", await large.ReceiveAsync(), StringComparison.Ordinal);
        using var second = await OpenAsync("Say");
        await second.SendAsync("""{"waitMs":20000}""");
        await second.SendAsync("""{}""");
        Assert.StartsWith("closed 4012", await second.ReceiveAsync(), StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<System.Net.WebSockets.WebSocketException>(() => OpenAsync("Nothing"));
    }

    private Task<SocketClient> OpenAsync(string method, params (string Name, string Value)[] headers) =>
        SocketClient.ConnectAsync(_fixture.Gateway.Address, null, path: "/ws/matrix.v1.Matrix/" + method, headers: headers);
}
