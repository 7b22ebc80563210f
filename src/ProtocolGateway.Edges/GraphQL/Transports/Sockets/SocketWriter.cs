using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using ProtocolGateway.Edges.GraphQL.Execution;

namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>
/// Sends messages one at a time. Whoever sends waits until the connection has taken the bytes, and so does the stream that the bytes come from: a client
/// that reads slowly slows the backend.
/// </summary>
internal sealed class SocketWriter(WebSocket socket) : IDisposable
{
    // A socket lives for hours; the room that one large result took is given back, that of usual ones is kept.
    private const int MaxKept = 16 * 1024;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly PooledBuffer _frame = new();
    private bool _closed;

    /// <summary>Sends a message that concerns the connection.</summary>
    /// <param name="type">Such as <c>connection_ack</c>.</param>
    /// <param name="payload">A JSON object, or empty.</param>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> type, ReadOnlyMemory<byte> payload)
    {
        await _writing.WaitAsync();
        try
        {
            Begin(type.Span, null);
            await EndAsync(payload);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Sends a result; nothing where the operation is over.</summary>
    public async ValueTask NextAsync(SocketOperation operation, ReadOnlyMemory<byte> result)
    {
        await _writing.WaitAsync();
        try
        {
            if (operation.IsOver)
                return;
            Begin("next"u8, operation.Id);
            await EndAsync(result);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Ends an operation; nothing where it is over.</summary>
    public async ValueTask CompleteAsync(SocketOperation operation)
    {
        await _writing.WaitAsync();
        try
        {
            if (!Over(operation))
                return;
            Begin("complete"u8, operation.Id);
            await EndAsync(default);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Ends an operation that could not run; nothing where it is over.</summary>
    public async ValueTask ErrorAsync(SocketOperation operation, IReadOnlyList<GraphError> errors)
    {
        using var list = new PooledBuffer();
        GraphErrorWriter.WriteList(list, errors);
        await _writing.WaitAsync();
        try
        {
            if (!Over(operation))
                return;
            Begin("error"u8, operation.Id);
            await EndAsync(list.WrittenMemory);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Sends the close frame, as the last one.</summary>
    public async ValueTask CloseAsync(int code, string? reason)
    {
        await _writing.WaitAsync();
        try
        {
            if (_closed)
                return;
            _closed = true;
            await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose()
    {
        _writing.Dispose();
        _frame.Dispose();
    }

    // True for the first who asks. A client may end an operation while its last result is on its way here.
    private static bool Over(SocketOperation operation)
    {
        if (operation.IsOver)
            return false;
        operation.IsOver = true;
        return true;
    }

    private void Begin(ReadOnlySpan<byte> type, string? id)
    {
        _frame.Clear();
        _frame.Write("{"u8);
        if (id is not null)
        {
            _frame.Write("\"id\":\""u8);
            _frame.Write(JsonEncodedText.Encode(id).EncodedUtf8Bytes);
            _frame.Write("\","u8);
        }

        _frame.Write("\"type\":\""u8);
        _frame.Write(type);
        _frame.Write("\""u8);
    }

    private async ValueTask EndAsync(ReadOnlyMemory<byte> payload)
    {
        if (_closed)
            return;
        if (!payload.IsEmpty)
        {
            _frame.Write(",\"payload\":"u8);
            _frame.Write(payload.Span);
        }

        _frame.Write("}"u8);
        try
        {
            await socket.SendAsync(_frame.WrittenMemory, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        }
        finally
        {
            if (_frame.Length > MaxKept)
                _frame.Dispose();
        }
    }
}
