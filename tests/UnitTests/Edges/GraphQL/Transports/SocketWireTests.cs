using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Transports.Sockets;
using ProtocolGateway.Envelope.Buffers;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>Whole messages in, whole messages out, one at a time.</summary>
public sealed class SocketWireTests
{
    [Fact]
    public async Task A_message_in_pieces_is_read_whole()
    {
        using var socket = new Wire();
        socket.Incoming.Enqueue(("ab"u8.ToArray(), WebSocketMessageType.Text, false));
        socket.Incoming.Enqueue(([], WebSocketMessageType.Text, false));
        socket.Incoming.Enqueue((new byte[9000], WebSocketMessageType.Text, true));
        using var buffer = new PooledBuffer();
        var reader = new SocketReader(socket, 10_000);
        Assert.Null(await reader.ReadAsync(buffer));
        Assert.Equal(9002, buffer.Length);
        Assert.Equal("ab"u8, buffer.WrittenSpan[..2]);
        Assert.Null(reader.Closed);
    }

    [Fact]
    public async Task A_message_that_is_too_large_ends_the_reading_before_it_is_whole()
    {
        using var socket = new Wire();
        socket.Incoming.Enqueue((new byte[100], WebSocketMessageType.Text, false));
        socket.Incoming.Enqueue((new byte[1], WebSocketMessageType.Text, false));
        socket.Incoming.Enqueue((new byte[1], WebSocketMessageType.Text, true));
        using var buffer = new PooledBuffer();
        Assert.Equal(1009, (await new SocketReader(socket, 100).ReadAsync(buffer))?.Code);
        Assert.Single(socket.Incoming);
    }

    [Fact]
    public async Task A_binary_message_is_refused()
    {
        using var socket = new Wire();
        socket.Incoming.Enqueue(("{}"u8.ToArray(), WebSocketMessageType.Binary, true));
        using var buffer = new PooledBuffer();
        Assert.Equal(SocketClose.BinaryMessage, await new SocketReader(socket, 100).ReadAsync(buffer));
    }

    [Theory]
    [InlineData(4999, "why", 4999)]
    [InlineData(null, null, 1000)]
    public async Task The_clients_close_is_told(int? status, string? reason, int told)
    {
        using var socket = new Wire { Status = (WebSocketCloseStatus?)status, Reason = reason };
        socket.Incoming.Enqueue(([], WebSocketMessageType.Close, true));
        using var buffer = new PooledBuffer();
        var reader = new SocketReader(socket, 100);
        Assert.Null(await reader.ReadAsync(buffer));
        Assert.Equal((told, reason), reader.Closed);
    }

    [Fact]
    public async Task Messages_have_the_protocols_form()
    {
        using var socket = new Wire();
        using var writer = new SocketWriter(socket);
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
        using var writer = new SocketWriter(socket);
        using var operation = Operation("1");
        await writer.ErrorAsync(operation, [new GraphError { Message = "no", Code = "BAD" }]);
        await writer.NextAsync(operation, "{}"u8.ToArray());
        await writer.CompleteAsync(operation);
        await writer.ErrorAsync(operation, []);
        Assert.StartsWith("""{"id":"1","type":"error","payload":[{"message":"no",""", Assert.Single(socket.Sent), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_close_frame_is_the_last_one_and_only_one()
    {
        using var socket = new Wire();
        using var writer = new SocketWriter(socket);
        await writer.CloseAsync(4400, "why");
        await writer.CloseAsync(1000, "again");
        await writer.SendAsync("ping"u8.ToArray(), default);
        Assert.Equal(["close 4400 why"], socket.Sent);
    }

    [Fact]
    public async Task Who_sends_waits_for_whoever_sends_already()
    {
        using var socket = new Wire { Gate = new TaskCompletionSource() };
        using var writer = new SocketWriter(socket);
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
        using var writer = new SocketWriter(socket);
        await Assert.ThrowsAsync<WebSocketException>(async () => await writer.SendAsync("ping"u8.ToArray(), default));
        await Assert.ThrowsAsync<WebSocketException>(async () => await writer.SendAsync("pong"u8.ToArray(), default));
    }

    [Fact]
    public async Task The_room_of_one_large_message_is_given_back()
    {
        using var socket = new Wire();
        using var writer = new SocketWriter(socket);
        await writer.SendAsync("ping"u8.ToArray(), new byte[1024 * 1024]);
        await writer.SendAsync("ping"u8.ToArray(), default);
        Assert.InRange(socket.Rooms[0], 1024 * 1024, int.MaxValue);
        Assert.InRange(socket.Rooms[1], 1, 64 * 1024);
    }

    private static SocketOperation Operation(string id) => new(id, new PooledBuffer(), CancellationToken.None);

    /// <summary>A connection that gives what is put in and keeps what is sent.</summary>
    private sealed class Wire : WebSocket
    {
        public Queue<(byte[] Bytes, WebSocketMessageType Type, bool End)> Incoming { get; } = [];

        public List<string> Sent { get; } = [];

        /// <summary>How long the arrays were that the messages lay in.</summary>
        public List<int> Rooms { get; } = [];

        public TaskCompletionSource? Gate { get; init; }

        public bool Fails { get; init; }

        public WebSocketCloseStatus? Status { get; init; }

        public string? Reason { get; init; }

        public override WebSocketCloseStatus? CloseStatus => Status;

        public override string? CloseStatusDescription => Reason;

        public override WebSocketState State => WebSocketState.Open;

        public override string? SubProtocol => null;

        public override ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var (bytes, type, end) = Incoming.Dequeue();
            var count = Math.Min(bytes.Length, buffer.Length);
            bytes.AsSpan(0, count).CopyTo(buffer.Span);
            if (count < bytes.Length)
            {
                // The rest comes next, before all else.
                var rest = Incoming.ToList();
                Incoming.Clear();
                Incoming.Enqueue((bytes[count..], type, end));
                rest.ForEach(Incoming.Enqueue);
            }

            return new(new ValueWebSocketReceiveResult(count, type, end && count == bytes.Length));
        }

        public override async ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, WebSocketMessageFlags messageFlags, CancellationToken cancellationToken)
        {
            if (Fails)
                throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
            Assert.Equal((WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage), (messageType, messageFlags));
            Sent.Add(Encoding.UTF8.GetString(buffer.Span));
            Rooms.Add(MemoryMarshal.TryGetArray(buffer, out var array) ? array.Array!.Length : 0);
            if (Gate is not null)
                await Gate.Task;
        }

        public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
        {
            Sent.Add($"close {(int)closeStatus} {statusDescription}");
            return Task.CompletedTask;
        }

        public override void Abort()
        {
        }

        public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override void Dispose()
        {
        }

        public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
