using ProtocolGateway.Edges.WebSockets;
using ProtocolGateway.Edges.WebSockets.FanIn;
using Xunit;

namespace UnitTests.Edges.WebSockets.FanIn;

public sealed class ClientQueueTests
{
    // What one message of 100 bytes counts.
    private static readonly int _size = Broadcast("a", 0).Size;

    [Fact]
    public void What_fits_comes_out_in_order_and_gives_its_bytes_back()
    {
        var budget = new QueueBudget(3 * _size);
        var queue = Queue(SlowConsumer.Disconnect, budget);
        for (byte i = 0; i < 3; i++)
            Assert.True(queue.TryAdd(Broadcast("a", i)));
        Assert.False(budget.TryTake(1));
        for (byte i = 0; i < 3; i++)
        {
            Assert.True(queue.TryTake(out var next));
            Assert.Equal(i, next.Payload.Span[0]);
        }

        Assert.True(queue.IsEmpty);
        Assert.True(budget.TryTake(3 * _size));
    }

    [Fact]
    public void A_broadcast_too_many_disconnects_and_a_message_for_the_client_alone_does_not()
    {
        var queue = Queue(SlowConsumer.Disconnect);
        for (byte i = 0; i < 4; i++)
            Assert.True(queue.TryAdd(Broadcast("a", i)));
        Assert.False(queue.TryAdd(Broadcast("a", 9)));
        Assert.True(queue.TryAdd(Alone(7)));
    }

    [Fact]
    public void The_oldest_broadcasts_go_first_and_are_counted()
    {
        var queue = Queue(SlowConsumer.DropOldest);
        Assert.True(queue.TryAdd(Alone(100)));
        for (byte i = 0; i < 6; i++)
            Assert.True(queue.TryAdd(Broadcast("a", i)));
        Assert.Equal(3, queue.TakeMissed());
        Assert.Equal(0, queue.Missed);
        Assert.Equal([100, 3, 4, 5], Drain(queue));
    }

    [Fact]
    public void Only_the_latest_of_each_group_waits()
    {
        var queue = Queue(SlowConsumer.Latest);
        foreach (var (group, first) in (ReadOnlySpan<(string, byte)>)[("a", 1), ("b", 2), ("a", 3), ("a", 4), ("b", 5)])
            Assert.True(queue.TryAdd(Broadcast(group, first)));
        Assert.Equal(3, queue.Missed);
        Assert.Equal([4, 5], Drain(queue));
    }

    [Theory]
    [InlineData(nameof(SlowConsumer.DropOldest), true)]
    [InlineData(nameof(SlowConsumer.Latest), true)]
    [InlineData(nameof(SlowConsumer.Disconnect), false)]
    public void Where_the_budget_of_all_is_used_up_a_broadcast_is_left_out_and_the_client_goes_where_none_may_be(string policy, bool stays)
    {
        var budget = new QueueBudget(_size);
        Assert.True(budget.TryTake(_size));
        var queue = Queue(Enum.Parse<SlowConsumer>(policy), budget);
        Assert.Equal(stays, queue.TryAdd(Broadcast("a", 1)));
        Assert.Equal(stays ? 1 : 0, queue.Missed);
        Assert.False(queue.TryAdd(Alone(1)));
    }

    [Fact]
    public void One_message_larger_than_the_queue_goes_through_and_what_is_cleared_gives_its_bytes_back()
    {
        var budget = new QueueBudget(1_000_000);
        var queue = Queue(SlowConsumer.Disconnect, budget);
        Assert.True(queue.TryAdd(new(new byte[500_000], true, 0, "a")));
        Assert.False(queue.TryAdd(Broadcast("a", 1)));
        queue.Clear();
        Assert.True(queue.IsEmpty);
        Assert.True(budget.TryTake(1_000_000));
    }

    [Fact]
    public void A_service_that_does_not_keep_to_its_credit_fills_no_more_than_the_queue()
    {
        var queue = Queue(SlowConsumer.DropOldest);
        for (var i = 0; i < 32; i++)
            Assert.True(queue.TryAdd(Alone(1)));
        Assert.False(queue.TryAdd(Alone(1)));
        Assert.True(queue.TryTake(out _));
        Assert.True(queue.TryAdd(Alone(1)));
    }

    private static Outgoing Broadcast(string group, byte first) => new(Bytes(first), true, 0, group);

    private static Outgoing Alone(byte first) => new(Bytes(first), true, 1, null);

    private static byte[] Bytes(byte first)
    {
        var bytes = new byte[100];
        bytes[0] = first;
        return bytes;
    }

    private static List<int> Drain(ClientQueue queue)
    {
        var firsts = new List<int>();
        while (queue.TryTake(out var next))
            firsts.Add(next.Payload.Span[0]);
        return firsts;
    }

    private static ClientQueue Queue(SlowConsumer policy, QueueBudget? budget = null) =>
        new(new FanInOptions { Path = "/chat", Service = "chat", Serve = FanInOptions.ServeOf("chat"), QueueBytes = 4 * _size, SlowConsumer = policy }, budget ?? new(long.MaxValue));
}
