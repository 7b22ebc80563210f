using System.Collections.Concurrent;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams.Sharing;

/// <summary>
/// Before the dispatch: server streams of operations that say so, and that ask for the same, share one stream of the service. Each call has passed the guards on
/// its own before.
/// </summary>
/// <param name="dispatch">Speaks to the service.</param>
/// <param name="optionsOf">How an operation's calls share; null where they do not.</param>
/// <param name="time">Measures deadlines.</param>
public sealed class SharedStreams(CallHandler dispatch, Func<Operation, SharedStreamOptions?> optionsOf, TimeProvider time)
{
    private readonly ConcurrentDictionary<StreamKey, SharedStream> _streams = new();
    private readonly CallCancellation.Pool _cancellations = new(time);

    /// <summary>Carries a call to its end. A <see cref="CallHandler"/>.</summary>
    public ValueTask HandleAsync(GatewayCall call) =>
        call.Operation is { Shape: Shape.ServerStreaming, Kind: ContractKind.Grpc } && optionsOf(call.Operation) is { } options && call.TryGetSingleMessage(out var message)
        // A message that passes unread is told from others by its bytes only.
        && call.Compression is not { IsRequestMarked: true }
            ? ShareAsync(call, new(call, message, options), options)
            : dispatch(call);

    private async ValueTask ShareAsync(GatewayCall call, StreamKey key, SharedStreamOptions options)
    {
        var (stream, subscriber) = Join(call, key, options);
        var cancellation = _cancellations.Rent(call);
        CallEnd end;
        try
        {
            using (cancellation.Token.UnsafeRegister(static subscriber => ((Subscriber)subscriber!).End(new(GatewayErrors.CallerGone()), atOnce: true), subscriber))
                end = await subscriber.Done;
            if (cancellation.DeadlinePassed && !call.Cancelled.IsCancellationRequested)
                end = new(GatewayErrors.DeadlineExceeded());
        }
        finally
        {
            stream.Leave(subscriber);
            _cancellations.Return(cancellation);
        }

        call.Error = end.Error;
        await call.OnEndAsync(end.Error, end.Trailers);
    }

    private (SharedStream Stream, Subscriber Subscriber) Join(GatewayCall call, StreamKey key, SharedStreamOptions options)
    {
        while (true)
        {
            if (_streams.TryGetValue(key, out var running) && running.Join(call) is { } joined)
                return (running, joined);
            if (running is not null)
                _streams.TryRemove(new(key, running));
            var stream = SharedStream.Create(call, key, options);
            // Before anybody else can join, so that it does not end before it has begun.
            var first = stream.Join(call)!;
            if (!_streams.TryAdd(key, stream))
            {
                stream.Dispose();
                continue;
            }

            _ = RunAsync(key, stream);
            return (stream, first);
        }
    }

    private async Task RunAsync(StreamKey key, SharedStream stream)
    {
        try
        {
            await dispatch(stream);
        }
        catch (Exception bug)
        {
            await stream.OnEndAsync(GatewayErrors.Bug(bug), null);
        }
        finally
        {
            _streams.TryRemove(new(key, stream));
        }
    }
}
