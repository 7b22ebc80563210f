using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Upstreams.Grpc.Http2;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>Sends what is left of a request beside the reading of its answer: the rest of a large message, or message after message as the edge gives them.</summary>
internal sealed class GrpcRequestPump(GatewayCall call, Http2Connection connection, Http2Stream stream, CallCancellation cancellation)
{
    /// <summary>What is wrong with the request; it outranks whatever the backend then says.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>Sends the rest of a request that is here whole.</summary>
    public async Task SendRestAsync(ReadOnlyMemory<byte> rest)
    {
        try
        {
            await connection.SendAsync(stream, rest, end: true, cancellation.Token);
        }
        catch (OperationCanceledException)
        {
            // The answer's side knows why.
        }
    }

    /// <summary>Pulls messages from the edge until there are no more.</summary>
    /// <param name="gzip">Plain messages are to be compressed.</param>
    public async Task SendStreamAsync(bool gzip)
    {
        using var frame = new PooledBuffer(4096);
        try
        {
            while (true)
            {
                GrpcFrame.Begin(frame);
                if (!await call.ReadMessageAsync(frame, cancellation.Token))
                    break;
                GrpcFrame.Finish(frame, gzip, call.Compression is { IsRequestMarked: true });
                if (!await connection.SendAsync(stream, frame.WrittenMemory, end: false, cancellation.Token))
                    return;
            }

            await connection.SendAsync(stream, default, end: true, cancellation.Token);
        }
        catch (OperationCanceledException) when (cancellation.Token.IsCancellationRequested)
        {
            // The answer's side knows why.
        }
        catch (Exception exception)
        {
            Error = FailureMap.FromEdge(exception);
            cancellation.Cancel();
        }
    }
}
