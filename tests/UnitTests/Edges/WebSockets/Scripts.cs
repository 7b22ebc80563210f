using System.Globalization;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using UnitTests.Edges.Rest;

namespace UnitTests.Edges.WebSockets;

/// <summary>A pipeline that answers by the operation's name, as an upstream would.</summary>
internal sealed class Scripts
{
    private int _running, _sent, _stalled;

    /// <summary>Ends what <c>Create</c> waits for.</summary>
    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many calls run.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>How many messages of streams were taken by clients, or by the gateway for them.</summary>
    public int Sent => Volatile.Read(ref _sent);

    /// <summary>How many calls have come to a message that says stall, and wait for the gate.</summary>
    public int Stalled => Volatile.Read(ref _stalled);

    /// <summary>The headers of the last call.</summary>
    public CallHeaders? Headers { get; private set; }

    /// <summary>The bytes of each message of a stream.</summary>
    public int Size { get; init; } = 10;

    /// <summary>
    /// Get answers with its request's text; Create waits for the gate, or its cancellation; Watch sends as many messages as its text says; Upload counts; Chat echoes.
    /// </summary>
    public async ValueTask HandleAsync(GatewayCall call)
    {
        Interlocked.Increment(ref _running);
        Headers = call.Headers;
        GatewayError? error = null;
        try
        {
            await AnswerAsync(call);
        }
        catch (GatewayCallException refused)
        {
            error = refused.Error;
        }
        catch (OperationCanceledException)
        {
            error = GatewayErrors.CallerGone();
        }

        await call.OnEndAsync(error, null);
        Interlocked.Decrement(ref _running);
    }

    private async Task AnswerAsync(GatewayCall call)
    {
        call.TryGetSingleMessage(out var request);
        switch (call.Operation.Name)
        {
            case "Get":
                await call.OnMessageAsync(RestHost.Text(RestHost.TextOf(request)));
                break;
            case "Create":
                await Gate.Task.WaitAsync(call.Cancelled);
                await call.OnMessageAsync(RestHost.Text("done"));
                break;
            case "Watch":
                var to = int.Parse(RestHost.TextOf(request), CultureInfo.InvariantCulture);
                for (var i = 1; i <= to && !call.Cancelled.IsCancellationRequested; i++)
                {
                    await call.OnMessageAsync(RestHost.Text(Size > 10 ? new string('x', Size) : i.ToString(CultureInfo.InvariantCulture)));
                    Interlocked.Increment(ref _sent);
                }

                call.Cancelled.ThrowIfCancellationRequested();
                break;
            case "Upload":
                var count = 0;
                while (await ReadAsync(call) is not null)
                    count++;
                await call.OnMessageAsync(RestHost.Text(count.ToString(CultureInfo.InvariantCulture)));
                break;
            case "Text":
                // Takes nothing.
                await Gate.Task.WaitAsync(call.Cancelled);
                break;
            default:
                while (await ReadAsync(call) is { } text)
                {
                    if (text == "stall" && Interlocked.Increment(ref _stalled) > 0)
                        await Gate.Task.WaitAsync(call.Cancelled);
                    await call.OnMessageAsync(RestHost.Text(text));
                }

                break;
        }
    }

    private static async Task<string?> ReadAsync(GatewayCall call)
    {
        using var into = new PooledBuffer();
        return await call.ReadMessageAsync(into, call.Cancelled) ? RestHost.TextOf(new(into.WrittenMemory)) : null;
    }
}
