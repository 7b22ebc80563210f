using MatrixTests.Clients;
using Xunit;

namespace MatrixTests;

/// <summary>WebSocket (multiplexed and direct) x HTTP (OpenAPI) on real sockets: the answer, and what the backend received.</summary>
public sealed class WebSocketToHttpTests(Fixture fixture) : MatrixTest(fixture)
{
    [Fact]
    public async Task A_call_on_the_multiplexed_socket_is_the_services_HTTP_request()
    {
        using var socket = await SocketClient.ConnectAsync(_fixture.Gateway.Address, "gateway.v1.json", path: "/ws", headers: ("x-tenant", "blue"));
        await socket.SendAsync("""{"type":"hello"}""");
        await socket.ReceiveAsync();
        await socket.SendAsync("""{"type":"open","id":1,"operation":"items.Items/GetItem","message":{"id":"a/b","depth":3}}""");
        Assert.Equal("""{"type":"head","id":1,"metadata":{"x-backend":"items"}}""", await socket.ReceiveAsync());
        Assert.Equal("""{"type":"complete","id":1,"message":{"id":"a%2Fb"}}""", await socket.ReceiveAsync());
        var received = Assert.Single(_fixture.Backend.Requests);
        Assert.Equal(("GET", "/base/items/a%2Fb?depth=3", "blue"), (received.Method, received.Target, received.Headers["x-tenant"]));

        await socket.SendAsync("""{"type":"open","id":2,"operation":"items.Items/CreateItem","message":{"body":{"id":"é","count":"1152921504606846976"}}}""");
        await socket.ReceiveAsync();
        Assert.Equal("""{"type":"complete","id":2,"message":{"id":"é","count":"1152921504606846976"}}""", await socket.ReceiveAsync());
        Assert.Equal("""{"id":"é","count":1152921504606846976}""", _fixture.Backend.Requests.Last().Body);
    }

    [Fact]
    public async Task Its_status_is_the_close_code_of_a_direct_socket_and_its_page_stays_private()
    {
        _fixture.Gateway.Log.Expect("The service items answered 500.");
        using var well = await SocketClient.ConnectAsync(_fixture.Gateway.Address, null, path: "/ws/items.Items/GetItem");
        await well.SendAsync("""{"id":"7"}""");
        Assert.Equal("""{"id":"7"}""", await well.ReceiveAsync());
        Assert.Equal("closed 1000", await well.ReceiveAsync());
        using var broken = await SocketClient.ConnectAsync(_fixture.Gateway.Address, null, path: "/ws/items.Items/GetItem");
        await broken.SendAsync("""{"id":"broken"}""");
        Assert.Equal("closed 4013 INTERNAL: The service items answered 500.", await broken.ReceiveAsync());
    }
}
