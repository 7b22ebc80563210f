using MatrixTests.Clients;
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
