using System.Text;
using MatrixTests.Clients;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>graphql-transport-ws against the built program, frame by frame.</summary>
public sealed class GraphqlSocketTests(Fixture fixture) : MatrixTest(fixture)
{
    private const string Init = """{"type":"connection_init"}""";

    [Theory]
    [InlineData("4400 Invalid message: not JSON", Init, "nonsense")]
    [InlineData("4401 Unauthorized", """{"type":"subscribe","id":"a","payload":{"query":"{ __typename }"}}""")]
    [InlineData("4409 Subscriber for a already exists", Init, """{"type":"subscribe","id":"a","payload":{"query":"subscription{count(to:9,waitMs:9000){text}}"}}""", """{"type":"subscribe","id":"a","payload":{"query":"{ __typename }"}}""")]
    [InlineData("4429 Too many initialisation requests", Init, Init)]
    [InlineData("4408 Connection initialisation timeout")]
    public async Task Each_breach_has_its_close_code(string expected, params string[] messages)
    {
        using var socket = await SocketClient.ConnectAsync(_fixture.Gateway.Address);
        foreach (var message in messages)
            await socket.SendAsync(message);
        Assert.Equal("closed " + expected, await socket.ReceiveCloseAsync());
    }

    [Fact]
    public async Task Another_sub_protocol_is_refused_by_close_code()
    {
        using var socket = await SocketClient.ConnectAsync(_fixture.Gateway.Address, "graphql-ws");
        Assert.Equal("closed 4406 Subprotocol not acceptable", await socket.ReceiveCloseAsync());
    }

    [Fact]
    public async Task A_foreign_page_is_refused_by_close_code()
    {
        using var socket = await SocketClient.ConnectAsync(_fixture.Gateway.Address, origin: "https://evil.example");
        Assert.Equal("closed 4403 Forbidden", await socket.ReceiveCloseAsync());
    }

    [Theory]
    [InlineData(1002, new byte[] { 0x81, 0x05, (byte)'h', (byte)'e', (byte)'l', (byte)'l', (byte)'o' })] // unmasked
    [InlineData(1002, new byte[] { 0xC1, 0x81, 0, 0, 0, 0, (byte)'x' })] // a reserved bit
    [InlineData(1002, new byte[] { 0x83, 0x80, 0, 0, 0, 0 })] // an opcode that is not known
    [InlineData(1007, new byte[] { 0x81, 0x81, 0, 0, 0, 0, 0xFF })] // no UTF-8
    public async Task A_broken_frame_has_its_close_code(int code, byte[] frame)
    {
        await using var socket = await RawConnection.OpenAsync(_fixture.Gateway.Port);
        await socket.SendAsync("GET /graphql HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n");
        Assert.Contains("101", await socket.ReadAnswerAsync(), StringComparison.Ordinal);
        await socket.SendAsync(frame);
        var close = Encoding.Latin1.GetBytes(await socket.ReadToEndAsync());
        Assert.Equal(0x88, close[0]);
        Assert.Equal(code, (close[2] << 8) | close[3]);
    }

    [Fact]
    public async Task Complete_ends_the_backends_stream()
    {
        using var socket = await SocketClient.ConnectAsync(_fixture.Gateway.Address);
        await socket.SendAsync(Init);
        await socket.SendAsync("""{"type":"subscribe","id":"a","payload":{"query":"subscription{count(to:1000000,waitMs:5){number}}"}}""");
        Assert.Equal("""{"type":"connection_ack"}""", await socket.ReceiveAsync());
        Assert.Equal("""{"id":"a","type":"next","payload":{"data":{"count":{"number":"1"}}}}""", await socket.ReceiveAsync());
        await socket.SendAsync("""{"type":"complete","id":"a"}""");
        for (var tries = 0; tries < 100 && _fixture.Backend.Cancelled.IsEmpty; tries++)
            await Task.Delay(50);
        Assert.Equal("Count", Assert.Single(_fixture.Backend.Cancelled));
    }
}
