using System.Buffers;
using System.Text.Json;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.Sockets;

namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>Sends the messages of the protocol, one at a time.</summary>
internal sealed class SocketWriter(ClientSocket socket) : IDisposable
{
    // A socket lives for hours; the room that one large result took is given back, that of usual ones is kept.
    private const int MaxKept = 16 * 1024;

    private readonly PooledBuffer _frame = new();

    /// <summary>Sends a message that concerns the connection.</summary>
    /// <param name="type">Such as <c>connection_ack</c>.</param>
    /// <param name="payload">A JSON object, or empty.</param>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> type, ReadOnlyMemory<byte> payload)
    {
        await socket.EnterAsync();
        try
        {
            Begin(type.Span, null);
            await EndAsync(payload);
        }
        finally
        {
            socket.Leave();
        }
    }

    /// <summary>Sends a result; nothing where the operation is over.</summary>
    public async ValueTask NextAsync(SocketOperation operation, ReadOnlyMemory<byte> result)
    {
        await socket.EnterAsync();
        try
        {
            if (operation.IsOver)
                return;
            Begin("next"u8, operation.Id);
            await EndAsync(result);
        }
        finally
        {
            socket.Leave();
        }
    }

    /// <summary>Ends an operation; nothing where it is over.</summary>
    public async ValueTask CompleteAsync(SocketOperation operation)
    {
        await socket.EnterAsync();
        try
        {
            if (!Over(operation))
                return;
            Begin("complete"u8, operation.Id);
            await EndAsync(default);
        }
        finally
        {
            socket.Leave();
        }
    }

    /// <summary>Ends an operation that could not run; nothing where it is over.</summary>
    public async ValueTask ErrorAsync(SocketOperation operation, IReadOnlyList<GraphError> errors)
    {
        using var list = new PooledBuffer();
        GraphErrorWriter.WriteList(list, errors);
        await socket.EnterAsync();
        try
        {
            if (!Over(operation))
                return;
            Begin("error"u8, operation.Id);
            await EndAsync(list.WrittenMemory);
        }
        finally
        {
            socket.Leave();
        }
    }

    public void Dispose() => _frame.Dispose();

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
        if (!payload.IsEmpty)
        {
            _frame.Write(",\"payload\":"u8);
            _frame.Write(payload.Span);
        }

        _frame.Write("}"u8);
        try
        {
            await socket.WriteAsync(_frame.WrittenMemory, text: true);
        }
        finally
        {
            if (_frame.Length > MaxKept)
                _frame.Dispose();
        }
    }
}
