using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Transports.Sockets;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Envelope.Buffers;
using UnitTests.Edges.Sockets;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>Messages of the protocol, one at a time.</summary>
public sealed class SocketWireTests
{
    [Fact]
    public async Task Messages_have_the_protocols_form()
    {
        using var socket = new Wire();
        using var writer = new SocketWriter(Open(socket));
        using var operation = Operation("a\"ä");
        await writer.SendAsync("connection_ack"u8.ToArray(), default);
        await writer.SendAsync("pong"u8.ToArray(), "{\"a\":1}"u8.ToArray());
        await writer.NextAsync(operation, "{\"data\":null}"u8.ToArray());
        await writer.CompleteAsync(operation);
        Assert.Equal(
            ["""{"type":"connection_ack"}""", """{"type":"pong","payload":{"a":1}}""", """{"id":"a\u0022\u00E4","type":"next","payload":{"data":null}}""", """{"id":"a\u0022\u00E4","type":"complete"}"""],
            socket.Sent);
    }

    [Fact]
    public async Task Nothing_is_sent_for_an_operation_that_is_over()
    {
        using var socket = new Wire();
        using var writer = new SocketWriter(Open(socket));
        using var operation = Operation("1");
        await writer.ErrorAsync(operation, [new GraphError { Message = "no", Code = "BAD" }]);
        await writer.NextAsync(operation, "{}"u8.ToArray());
        await writer.CompleteAsync(operation);
        await writer.ErrorAsync(operation, []);
        Assert.StartsWith("""{"id":"1","type":"error","payload":[{"message":"no",""", Assert.Single(socket.Sent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_sends_waits_for_whoever_sends_already()
    {
        using var socket = new Wire { Gate = new TaskCompletionSource() };
        using var writer = new SocketWriter(Open(socket));
        var first = writer.SendAsync("ping"u8.ToArray(), default).AsTask();
        var second = writer.SendAsync("pong"u8.ToArray(), default).AsTask();
        Assert.Single(socket.Sent);
        socket.Gate.SetResult();
        await Task.WhenAll(first, second);
        Assert.Equal(["""{"type":"ping"}""", """{"type":"pong"}"""], socket.Sent);
    }

    [Fact]
    public async Task A_connection_that_breaks_while_one_sends_lets_the_next_one_know()
    {
        using var socket = new Wire { Fails = true };
        using var writer = new SocketWriter(Open(socket));
        await Assert.ThrowsAsync<WebSocketException>(async () => await writer.SendAsync("ping"u8.ToArray(), default));
        await Assert.ThrowsAsync<WebSocketException>(async () => await writer.SendAsync("pong"u8.ToArray(), default));
    }

    [Fact]
    public async Task The_room_of_one_large_message_is_given_back()
    {
        using var socket = new Wire();
        using var writer = new SocketWriter(Open(socket));
        await writer.SendAsync("ping"u8.ToArray(), new byte[1024 * 1024]);
        await writer.SendAsync("ping"u8.ToArray(), default);
        Assert.InRange(socket.Rooms[0], 1024 * 1024, int.MaxValue);
        Assert.InRange(socket.Rooms[1], 1, 64 * 1024);
    }

    private static ClientSocket Open(Wire wire) => wire.Open(100);

    private static SocketOperation Operation(string id) => new(id, new PooledBuffer(), CancellationToken.None);
}
