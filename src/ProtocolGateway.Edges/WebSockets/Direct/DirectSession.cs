using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.WebSockets.Direct;

/// <summary>
/// Reads what the client of a direct socket sends, and runs its call. A text is a message in JSON, a binary message one in protobuf; an empty text, which is no
/// JSON, says that no more comes.
/// </summary>
/// <param name="socket">The socket.</param>
/// <param name="target">The operation.</param>
/// <param name="call">The call.</param>
/// <param name="queue">The messages of a streamed request; null where there is exactly one.</param>
/// <param name="pipeline">The spine.</param>
/// <param name="options">The settings.</param>
internal sealed class DirectSession(ClientSocket socket, RpcTarget target, DirectCall call, RequestQueue? queue, CallHandler pipeline, WebSocketEdgeOptions options)
{
    private bool _hasForm;

    /// <summary>Serves the socket until its call has ended.</summary>
    public async Task RunAsync()
    {
        var running = queue is null ? null : CallAsync();
        try
        {
            while (true)
            {
                using var bytes = new PooledBuffer();
                var input = await socket.ReadAsync(bytes);
                if (input == SocketInput.Closed)
                    break;
                if (socket.IsClosing)
                    continue;
                if (input == SocketInput.TooLarge)
                    await socket.CloseAsync(SocketClose.TooLarge(options.MaxRequestBytes));
                else if (queue is not null)
                    await AddAsync(queue, input, bytes);
                else if (running is null && Read(input, bytes, call.Request) is { } error)
                    await call.EndAsync(error);
                else if (running is null)
                    running = CallAsync();
                else
                    await call.EndAsync(GatewayErrors.MessageCount("more"));
            }
        }
        catch (Exception gone) when (socket.IsEnd(gone))
        {
            // The client broke off, or was cut off.
        }
        finally
        {
            // Fires what cancels the call.
            await socket.CloseAsync(socket.ClosedByClient ?? SocketClose.GoingAway);
            queue?.End(GatewayErrors.CallerGone());
            if (running is not null)
                await running;
        }
    }

    private async Task CallAsync()
    {
        call.HasBegun = true;
        try
        {
            await pipeline(call);
        }
        catch (Exception bug)
        {
            await call.EndAsync(GatewayErrors.Bug(bug));
        }
        finally
        {
            queue?.Drop();
        }
    }

    private async ValueTask AddAsync(RequestQueue queue, SocketInput input, PooledBuffer bytes)
    {
        if (input == SocketInput.Text && bytes.Length == 0)
        {
            queue.End();
            return;
        }

        var message = new PooledBuffer();
        if (Read(input, bytes, message) is { } error)
        {
            message.Dispose();
            queue.End(error);
            return;
        }

        queue.Add(message);
        // What a slow service does not take stays with the client.
        await queue.WhenBelowAsync(options.RequestCredit);
    }

    private GatewayError? Read(SocketInput input, PooledBuffer bytes, PooledBuffer into)
    {
        var json = input == SocketInput.Text;
        if (!_hasForm)
            (call.Json, _hasForm) = (json, true);
        return json && bytes.Length == 0 ? GatewayErrors.MessageCount("none") : target.Read(json, new(bytes.WrittenMemory), into);
    }
}
