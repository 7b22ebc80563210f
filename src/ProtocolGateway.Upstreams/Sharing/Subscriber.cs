using System.Buffers;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams.Sharing;

/// <summary>
/// One call that shares a stream. What comes is given to the call by whoever brings it, where the call is free, so that a message for thousands wakes no
/// thousand threads; where it is not, it waits in a queue of bounded length.
/// </summary>
/// <param name="call">The call.</param>
/// <param name="options">How much may wait, and what becomes of the rest.</param>
internal sealed class Subscriber(GatewayCall call, SharedStreamOptions options)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<CallEnd> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<SharedMessage> _waiting = new();
    private AnswerHead? _head;
    private CallEnd? _end;
    private TaskCompletionSource? _room;
    private long _missed;
    private bool _isBusy;

    /// <summary>How it ends: nothing is given to the call any more.</summary>
    public Task<CallEnd> Done => _done.Task;

    /// <summary>The service's first word.</summary>
    public void Head(AnswerHead head)
    {
        lock (_lock)
            _head = head;
        Run();
    }

    /// <summary>The next message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isHeld">It is given with the next one, which follows without a wait.</param>
    /// <returns>Ends when the next one may come: all wait for a call that is slow where the operation says so.</returns>
    public Task Next(SharedMessage message, bool isHeld = false)
    {
        var wait = Task.CompletedTask;
        lock (_lock)
        {
            if (_end is not null)
                return wait;
            if (_waiting.Count >= (options.SlowConsumer == SlowSubscriber.Latest ? 1 : options.QueueMessages))
                wait = Overflow();
            if (_end is null)
                _waiting.Enqueue(message);
        }

        if (!isHeld)
            Run();
        return wait;
    }

    /// <summary>The end, after what waits; at once where the caller has gone.</summary>
    public void End(CallEnd end, bool atOnce)
    {
        lock (_lock)
        {
            _end ??= end;
            if (atOnce)
                Drop();
        }

        Run();
    }

    private Task Overflow()
    {
        switch (options.SlowConsumer)
        {
            case SlowSubscriber.Block:
                _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                return _room.Task;
            case SlowSubscriber.Disconnect:
                _end = new(GatewayErrors.TooSlow());
                Drop();
                break;
            default:
                _waiting.Dequeue();
                _missed += options.SlowConsumer == SlowSubscriber.DropOldest ? 1 : 0;
                break;
        }

        return Task.CompletedTask;
    }

    private void Drop()
    {
        _waiting.Clear();
        _room?.TrySetResult();
        _room = null;
    }

    /// <summary>Gives the call what waits, unless somebody does so already.</summary>
    public void Run()
    {
        lock (_lock)
        {
            if (_isBusy)
                return;
            _isBusy = true;
        }

        _ = GiveAsync();
    }

    private async Task GiveAsync()
    {
        try
        {
            while (TryTake(out var head, out var missed, out var message, out var more))
            {
                if (head is { } first)
                    await call.OnHeadAsync(first);
                if (missed > 0)
                    await call.OnGapAsync(missed);
                if (message is null)
                    continue;
                call.Shared = message;
                await call.OnMessageAsync(new ReadOnlySequence<byte>(message.Bytes), more);
            }
        }
        catch (Exception exception)
        {
            // Still busy, so that nothing more is given.
            lock (_lock)
            {
                _end = new(FailureMap.FromEdge(exception));
                Drop();
            }

            _done.TrySetResult(_end.Value);
        }
    }

    // False where nothing is to be done; whoever brings something next goes on.
    private bool TryTake(out AnswerHead? head, out long missed, out SharedMessage? message, out bool more)
    {
        lock (_lock)
        {
            (head, missed, message, more) = (_head, 0, null, false);
            _head = null;
            if (_waiting.TryDequeue(out message))
            {
                (missed, _missed) = (_missed, 0);
                more = _waiting.Count > 0;
                _room?.TrySetResult();
                _room = null;
                return true;
            }

            if (head is not null)
                return true;
            // Stays busy after its end, for the same reason as above.
            if (_end is { } end)
                _done.TrySetResult(end);
            else
                _isBusy = false;
            return false;
        }
    }
}
