using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;

namespace ProtocolGateway.Edges.Sockets;

/// <summary>The bytes of a WebSocket that has a connection of its own: straight from and to what the transport reads and writes.</summary>
/// <param name="connection">The connection; nothing else reads from it or writes to it.</param>
/// <param name="pinger">Looks at it from time to time.</param>
internal sealed class ConnectionStream(ConnectionContext connection, SocketPinger pinger) : PingedStream(pinger)
{
    // Whether bytes go past the transport's pipe is settled with the first ones. They may where the client has spoken before, and had to be waited for: it has
    // then got the answer to its handshake, and nothing waits in the pipe. What was there already may have been sent together with the handshake.
    private bool _hasWaited, _hasHeard, _isSettled;
    private StraightOutput? _straight;

    public override CancellationToken Lost => connection.ConnectionClosed;

    public override void Abort() => connection.Abort();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var input = connection.Transport.Input;
        BeginRead();
        var reading = input.ReadAsync(cancellationToken);
        _hasWaited |= !reading.IsCompleted;
        var result = await reading;
        // A server that is about to stop wakes whoever waits for a request, and has meant the one who read before.
        while (result is { IsCanceled: true, IsCompleted: false, Buffer.IsEmpty: true })
        {
            input.AdvanceTo(result.Buffer.Start);
            result = await input.ReadAsync(cancellationToken);
        }

        var count = Take(result.Buffer, buffer.Span);
        _hasHeard |= _hasWaited && count > 0;
        EndRead();
        return count;
    }

    protected override ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        if (!_isSettled)
            (_straight, _isSettled) = (_hasHeard ? StraightOutput.Of(connection) : null, true);
        return _straight is null ? SendByPipeAsync(bytes, cancel) : _straight.WriteAsync(bytes);
    }

    private async ValueTask SendByPipeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        var result = await connection.Transport.Output.WriteAsync(bytes, cancel);
        if (result.IsCompleted)
            throw new IOException("The connection takes no more bytes.");
    }

    // Nothing of what came is taken by one who only waits for it: then it is there at once, for the next.
    private int Take(in ReadOnlySequence<byte> came, Span<byte> into)
    {
        var count = (int)Math.Min(came.Length, into.Length);
        var taken = came.Slice(0, count);
        taken.CopyTo(into);
        connection.Transport.Input.AdvanceTo(taken.End);
        return count;
    }
}
