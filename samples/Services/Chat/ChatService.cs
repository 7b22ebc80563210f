using Grpc.Core;
using ProtocolGateway.FanIn.V1;

namespace ProtocolGateway.Samples.Chat;

/// <summary>A chat whose clients are browsers with plain WebSockets: the gateway brings all of them over a few of these streams (contracts/gateway/fanin/v1).</summary>
/// <param name="rooms">What is said.</param>
public sealed class ChatService(ChatRooms rooms) : Connections.ConnectionsBase
{
    /// <inheritdoc />
    public override async Task Serve(IAsyncStreamReader<FromGateway> requestStream, IServerStreamWriter<ToGateway> responseStream, ServerCallContext context)
    {
        using var stream = new ChatStream(rooms);
        var writing = stream.WriteAsync(responseStream, context.CancellationToken);
        try
        {
            await foreach (var batch in requestStream.ReadAllAsync(context.CancellationToken))
            {
                foreach (var what in batch.Events)
                    stream.Take(what);
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            // The gateway opens another stream, here or at another instance, and says there what this one had not taken.
        }

        stream.End();
        await writing;
    }
}
