using System.Net.WebSockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.Sockets;
using Xunit;

namespace UnitTests.Edges.Sockets;

/// <summary>A connection that gives what is put in and keeps what is sent.</summary>
internal sealed class Wire : WebSocket
{
    public Queue<(byte[] Bytes, WebSocketMessageType Type, bool End)> Incoming { get; } = [];

    public List<string> Sent { get; } = [];

    /// <summary>How long the arrays were that the messages lay in.</summary>
    public List<int> Rooms { get; } = [];

    public TaskCompletionSource? Gate { get; init; }

    public bool Fails { get; init; }

    public WebSocketCloseStatus? Status { get; init; }

    public string? Reason { get; init; }

    /// <summary>A client's socket on this connection.</summary>
    public ClientSocket Open(int maxBytes)
    {
        var pinger = new SocketPinger(TimeSpan.FromDays(1), TimeSpan.FromDays(1), TimeProvider.System);
        return new(this, new RequestStream(Stream.Null, new DefaultHttpContext(), pinger), new(maxBytes, pinger, TimeProvider.System));
    }

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
