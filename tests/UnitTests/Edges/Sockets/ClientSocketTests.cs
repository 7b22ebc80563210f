using System.Net.WebSockets;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Envelope.Buffers;
using Xunit;

namespace UnitTests.Edges.Sockets;

/// <summary>Whole messages in, whole messages out, and one end.</summary>
public sealed class ClientSocketTests
{
    [Theory]
    [InlineData(WebSocketMessageType.Text, 0)]
    [InlineData(WebSocketMessageType.Binary, 1)]
    public async Task A_message_in_pieces_is_read_whole(WebSocketMessageType type, int input)
    {
        using var wire = new Wire();
        wire.Incoming.Enqueue(("ab"u8.ToArray(), type, false));
        wire.Incoming.Enqueue(([], type, false));
        wire.Incoming.Enqueue((new byte[9000], type, true));
        using var buffer = new PooledBuffer();
        var socket = Open(wire, 10_000);
        Assert.Equal((SocketInput)input, await socket.ReadAsync(buffer));
        Assert.Equal(9002, buffer.Length);
        Assert.Equal("ab"u8, buffer.WrittenSpan[..2]);
        Assert.Null(socket.ClosedByClient);
    }

    [Fact]
    public async Task An_empty_message_is_one()
    {
        using var wire = new Wire();
        wire.Incoming.Enqueue(([], WebSocketMessageType.Text, true));
        using var buffer = new PooledBuffer();
        Assert.Equal(SocketInput.Text, await Open(wire).ReadAsync(buffer));
        Assert.Equal(0, buffer.Length);
    }

    [Fact]
    public async Task A_message_that_is_too_large_ends_the_reading_before_it_is_whole()
    {
        using var wire = new Wire();
        wire.Incoming.Enqueue((new byte[100], WebSocketMessageType.Text, false));
        wire.Incoming.Enqueue((new byte[1], WebSocketMessageType.Text, false));
        wire.Incoming.Enqueue((new byte[1], WebSocketMessageType.Text, true));
        using var buffer = new PooledBuffer();
        Assert.Equal(SocketInput.TooLarge, await Open(wire).ReadAsync(buffer));
        Assert.Single(wire.Incoming);
    }

    [Theory]
    [InlineData(4999, "why", 4999)]
    [InlineData(null, "", 1000)]
    public async Task The_clients_close_is_told(int? status, string reason, int told)
    {
        using var wire = new Wire { Status = (WebSocketCloseStatus?)status, Reason = reason };
        wire.Incoming.Enqueue(([], WebSocketMessageType.Close, true));
        using var buffer = new PooledBuffer();
        var socket = Open(wire);
        Assert.Equal(SocketInput.Closed, await socket.ReadAsync(buffer));
        Assert.Equal(new SocketClose(told, reason), socket.ClosedByClient);
    }

    [Fact]
    public async Task The_close_frame_is_the_last_one_and_only_one()
    {
        using var wire = new Wire();
        var socket = Open(wire);
        await socket.CloseAsync(new(4400, "why"));
        await socket.CloseAsync(new(1000, "again"));
        await socket.SendAsync("late"u8.ToArray(), text: true);
        Assert.Equal(["close 4400 why"], wire.Sent);
        Assert.True(socket.Gone.IsCancellationRequested);
    }

    private static ClientSocket Open(Wire wire, int maxBytes = 100) => wire.Open(maxBytes);
}
