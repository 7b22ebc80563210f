using System.Buffers;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams.Sharing;

/// <summary>One stream of the service for any number of calls that ask for the same. It ends with the last of them.</summary>
internal sealed class SharedStream : GatewayCall, IDisposable
{
    private readonly StreamKey _key;
    private readonly SharedStreamOptions _options;
    private readonly CancellationTokenSource _cancel;
    private readonly Lock _lock = new();
    private readonly HashSet<Subscriber> _subscribers = [];
    private Subscriber[]? _all;
    private AnswerHead? _head;
    private SharedMessage? _last;
    private int _held;
    private bool _isClosed;

    private SharedStream(StreamKey key, SharedStreamOptions options, CancellationTokenSource cancel) => (_key, _options, _cancel) = (key, options, cancel);

    /// <summary>A stream for calls like this one.</summary>
    public static SharedStream Create(GatewayCall first, StreamKey key, SharedStreamOptions options)
    {
        var cancel = new CancellationTokenSource();
        var stream = new SharedStream(key, options, cancel) { Operation = first.Operation, Edge = first.Edge, Cancelled = cancel.Token };
        stream.Headers.AddAll(key.Headers);
        return stream;
    }

    /// <summary>A call joins; null where the stream has ended, or is about to.</summary>
    public Subscriber? Join(GatewayCall call)
    {
        lock (_lock)
        {
            if (_isClosed)
                return null;
            var subscriber = new Subscriber(call, _options);
            _subscribers.Add(subscriber);
            _all = null;
            if (_head is { } head)
                subscriber.Head(head);
            if (_options.RetainLast && _last is { } last)
                _ = subscriber.Next(last);
            return subscriber;
        }
    }

    /// <summary>A call leaves; the stream ends with the last one.</summary>
    public void Leave(Subscriber subscriber)
    {
        lock (_lock)
        {
            _all = null;
            if (!_subscribers.Remove(subscriber) || _subscribers.Count > 0 || _isClosed)
                return;
            _isClosed = true;
        }

        _cancel.Cancel();
    }

    /// <inheritdoc />
    public override bool TryGetSingleMessage(out ReadOnlySequence<byte> message)
    {
        message = new(_key.Message);
        return true;
    }

    /// <inheritdoc />
    public override ValueTask<bool> ReadMessageAsync(IBufferWriter<byte> into, CancellationToken cancel) => new(false);

    /// <inheritdoc />
    public override ValueTask OnHeadAsync(AnswerHead head)
    {
        lock (_lock)
            _head = head;
        foreach (var subscriber in Subscribers())
            subscriber.Head(head);
        return default;
    }

    /// <inheritdoc />
    public override ValueTask OnMessageAsync(ReadOnlySequence<byte> message, bool moreAtHand = false)
    {
        var shared = new SharedMessage(message.ToArray());
        List<Task>? waits = null;
        Subscriber[] all;
        lock (_lock)
        {
            // One who joins now gets it as the last, or as this one: not as both, and not as neither.
            _last = shared;
            all = Subscribers();
        }

        // What comes together is given together, so that it leaves together: a send for each costs more than all else. No more than half of what may wait, so
        // that nobody counts as slow for it.
        _held = moreAtHand && _options.SlowConsumer != SlowSubscriber.Latest && _held < _options.QueueMessages / 2 ? _held + 1 : 0;
        foreach (var subscriber in all)
        {
            if (subscriber.Next(shared, isHeld: _held > 0) is { IsCompleted: false } wait)
                (waits ??= []).Add(wait);
        }

        return waits is null ? default : WaitAsync(all, waits);
    }

    /// <inheritdoc />
    public override ValueTask OnEndAsync(GatewayError? error, CallHeaders? trailers)
    {
        lock (_lock)
            _isClosed = true;
        foreach (var subscriber in Subscribers())
            subscriber.End(new(error, trailers), atOnce: false);
        return default;
    }

    /// <inheritdoc />
    public void Dispose() => _cancel.Dispose();

    // All wait for the slowest, but for nothing that they could have already.
    private ValueTask WaitAsync(Subscriber[] all, List<Task> waits)
    {
        if (_held > 0)
            Array.ForEach(all, static s => s.Run());
        _held = 0;
        return new(Task.WhenAll(waits));
    }

    private Subscriber[] Subscribers()
    {
        lock (_lock)
            return _all ??= [.. _subscribers];
    }
}
