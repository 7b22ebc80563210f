using ProtocolGateway.Edges.WebSockets;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>Messages between a client that sends and a service that takes.</summary>
public sealed class RequestQueueTests
{
    private readonly List<int> _taken = [];
    private readonly RequestQueue _queue;

    public RequestQueueTests() => _queue = new(bytes =>
    {
        _taken.Add(bytes);
        return default;
    });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_come_in_order_and_each_that_is_taken_is_told()
    {
        _queue.Add(Message("a"));
        _queue.Add(Message("bc"));
        _queue.End();
        using var into = new PooledBuffer();
        Assert.True(await _queue.ReadAsync(into, Cancel));
        Assert.True(await _queue.ReadAsync(into, Cancel));
        Assert.False(await _queue.ReadAsync(into, Cancel));
        Assert.Equal("abc"u8, into.WrittenSpan);
        Assert.Equal([1, 2], _taken);
    }

    [Fact]
    public async Task Who_reads_waits_for_a_message_for_the_end_or_for_the_failure()
    {
        using var into = new PooledBuffer();
        var reading = _queue.ReadAsync(into, Cancel).AsTask();
        Assert.False(reading.IsCompleted);
        _queue.Add(Message("a"));
        Assert.True(await reading);
        reading = _queue.ReadAsync(into, Cancel).AsTask();
        _queue.End(GatewayErrors.TooFast());
        _queue.End(GatewayErrors.CallerGone());
        Assert.Equal("NO_CREDIT", (await Assert.ThrowsAsync<GatewayCallException>(() => reading)).Error.Reason);
    }

    [Fact]
    public async Task Who_reads_can_be_told_to_stop()
    {
        using var into = new PooledBuffer();
        using var cancel = new CancellationTokenSource();
        var reading = _queue.ReadAsync(into, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Who_adds_can_wait_until_fewer_are_there()
    {
        _queue.Add(Message("a"));
        _queue.Add(Message("b"));
        var waiting = _queue.WhenBelowAsync(2).AsTask();
        Assert.False(waiting.IsCompleted);
        using var into = new PooledBuffer();
        await _queue.ReadAsync(into, Cancel);
        await waiting;
    }

    [Fact]
    public async Task What_is_dropped_is_counted_and_lets_everyone_go()
    {
        _queue.Add(Message("abc"));
        var waiting = _queue.WhenBelowAsync(1).AsTask();
        Assert.Equal(3, _queue.Drop());
        await waiting;
        _queue.Add(Message("late"));
        Assert.Equal(0, _queue.Count);
        Assert.Equal(0, _queue.Drop());
    }

    private static PooledBuffer Message(string text)
    {
        var buffer = new PooledBuffer();
        buffer.Write(System.Text.Encoding.UTF8.GetBytes(text));
        return buffer;
    }
}
