using System.Buffers;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.WebSockets;

/// <summary>The messages of a streamed request that have come and that the service has not taken yet. One reader and one writer.</summary>
/// <param name="taken">Told of each message that the service takes, with its bytes.</param>
internal sealed class RequestQueue(Func<int, ValueTask> taken)
{
    private readonly Lock _lock = new();
    private readonly Queue<PooledBuffer> _messages = new();
    private TaskCompletionSource? _waiter, _room;
    private GatewayError? _failure;
    private bool _isDropped;

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _messages.Count;
        }
    }

    /// <summary>No more comes.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Something is wrong with the request.</summary>
    public bool HasFailed => _failure is not null;

    /// <summary>Takes a message in, which is the queue's from then on.</summary>
    public void Add(PooledBuffer message)
    {
        lock (_lock)
        {
            if (_isDropped || IsEnded)
                message.Dispose();
            else
                _messages.Enqueue(message);
            Wake();
        }
    }

    /// <summary>No more comes.</summary>
    /// <param name="failure">What is wrong with the request; null where nothing is.</param>
    public void End(GatewayError? failure = null)
    {
        lock (_lock)
        {
            IsEnded = true;
            _failure ??= failure;
            Wake();
        }
    }

    /// <summary>Writes the next message; false at the end. What is wrong with the request is thrown as a <see cref="GatewayCallException"/>.</summary>
    public async ValueTask<bool> ReadAsync(IBufferWriter<byte> into, CancellationToken cancel)
    {
        if (await TakeAsync(cancel) is not { } message)
            return false;
        using (message)
        {
            into.Write(message.WrittenSpan);
            await taken(message.Length);
        }

        return true;
    }

    /// <summary>Forgets what waits.</summary>
    /// <returns>Its bytes.</returns>
    public long Drop()
    {
        var bytes = 0L;
        lock (_lock)
        {
            _isDropped = true;
            _room?.TrySetResult();
            while (_messages.TryDequeue(out var message))
            {
                bytes += message.Length;
                message.Dispose();
            }
        }

        return bytes;
    }

    /// <summary>Ends when fewer than so many wait, or none is wanted any more.</summary>
    public async ValueTask WhenBelowAsync(int count)
    {
        while (true)
        {
            Task wait;
            lock (_lock)
            {
                if (_isDropped || _messages.Count < count)
                    return;
                _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _room.Task;
            }

            await wait;
        }
    }

    private async ValueTask<PooledBuffer?> TakeAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task wait;
            lock (_lock)
            {
                if (_failure is not null)
                    throw new GatewayCallException(_failure);
                if (_messages.TryDequeue(out var message))
                {
                    _room?.TrySetResult();
                    _room = null;
                    return message;
                }

                if (IsEnded)
                    return null;
                _waiter ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = _waiter.Task;
            }

            await wait.WaitAsync(cancel);
        }
    }

    private void Wake()
    {
        _waiter?.TrySetResult();
        _waiter = null;
    }
}
