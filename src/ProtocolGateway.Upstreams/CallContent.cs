using System.Buffers;
using System.Net;
using System.Net.Http;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams;

/// <summary>
/// The request side of a call as an HTTP body. It pulls from the edge, and so runs beside the reading of the answer; <see cref="FinishAsync"/>
/// makes sure that it has let go of the call before the call ends.
/// </summary>
internal abstract class CallContent(GatewayCall call, CallCancellation cancellation) : HttpContent
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _finished;
    private bool _running;
    private bool _closed;
    private bool _pulled;

    /// <summary>What is wrong with the request; it outranks whatever the backend then says.</summary>
    public GatewayError? RequestError { get; private set; }

    /// <summary>Writes the whole request at once.</summary>
    protected abstract ValueTask WriteSingleAsync(Stream stream, ReadOnlySequence<byte> message, CancellationToken cancel);

    /// <summary>Pulls pieces by <see cref="PullAsync"/> and writes them.</summary>
    protected abstract Task PumpAsync(Stream stream, CancellationToken cancel);

    /// <summary>The next piece of the request; an edge's failure is kept in <see cref="RequestError"/> and ends the exchange.</summary>
    protected async ValueTask<bool> PullAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        try
        {
            return await call.ReadMessageAsync(into, cancel);
        }
        catch (Exception exception) when (!cancel.IsCancellationRequested)
        {
            Fail(FailureMap.FromEdge(exception));
            throw;
        }
    }

    /// <summary>Ends the exchange for a fault of the request.</summary>
    protected void Fail(GatewayError error)
    {
        RequestError = error;
        cancellation.Cancel();
    }

    /// <inheritdoc />
    protected sealed override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc />
    protected sealed override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Begin();
        try
        {
            if (call.TryGetSingleMessage(out var message))
            {
                await WriteSingleAsync(stream, message, cancellationToken);
                return;
            }

            // The handler retries refused requests, but what was pulled from the edge is gone.
            if (_pulled)
                throw new IOException("A request stream cannot be sent a second time.");
            _pulled = true;
            // The handler's own token stops only the sending: a backend may answer in full before it has read everything.
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation.Token, cancellationToken);
            await PumpAsync(stream, both.Token);
        }
        finally
        {
            End();
        }
    }

    /// <summary>Stops the sending if it still runs, and completes when nothing of the call is touched any more.</summary>
    public ValueTask FinishAsync()
    {
        Task wait;
        lock (_gate)
        {
            _closed = true;
            if (!_running)
                return ValueTask.CompletedTask;
            _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
            wait = _finished.Task;
        }

        cancellation.Cancel();
        return new(wait);
    }

    private void Begin()
    {
        lock (_gate)
        {
            if (_closed)
                throw new OperationCanceledException("The call has ended.");
            _running = true;
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _running = false;
            _finished?.TrySetResult();
        }
    }
}
