using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace ProtocolGateway.Edges.Sockets;

/// <summary>The bytes of a WebSocket that lives within its request, as on a connection of HTTP/2, which carries others too.</summary>
/// <param name="inner">What the framework opened.</param>
/// <param name="context">The request.</param>
/// <param name="pinger">Looks at it from time to time.</param>
internal sealed class RequestStream(Stream inner, HttpContext context, SocketPinger pinger) : PingedStream(pinger)
{
    public override CancellationToken Lost => context.RequestAborted;

    public override void Abort() => context.Abort();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        BeginRead();
        var count = await inner.ReadAsync(buffer, cancellationToken);
        EndRead();
        return count;
    }

    protected override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        await inner.WriteAsync(bytes, cancel);
        await inner.FlushAsync(cancel);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
            inner.Dispose();
    }
}
