using ProtocolGateway.Edges.WebSockets;
using ProtocolGateway.Edges.WebSockets.FanIn;
using Xunit;

namespace UnitTests.Edges.WebSockets.FanIn;

public sealed class ClientWindowTests
{
    private readonly QueueBudget _budget = new(40);

    [Fact]
    public void Credit_bounds_what_is_not_acknowledged()
    {
        var window = new ClientWindow(1000, _budget) { Credit = 2 };
        Assert.True(window.HasRoom);
        window.Add([1], true);
        window.Add([2], false);
        Assert.False(window.HasRoom);
        Assert.True(window.TryAcknowledge(1));
        Assert.True(window.HasRoom);
        Assert.Equal([2], Assert.Single(window.Kept).Payload);
        Assert.Equal((2ul, 1ul), (window.Last, window.Acknowledged));
    }

    [Fact]
    public void Bytes_do_too_besides_one_message()
    {
        var window = new ClientWindow(10, _budget) { Credit = 100 };
        window.Add(new byte[50], true);
        Assert.False(window.HasRoom);
        Assert.True(window.TryAcknowledge(1));
        Assert.True(window.HasRoom);
    }

    [Fact]
    public void What_was_not_sent_cannot_be_acknowledged_and_what_was_acknowledged_may_be_again()
    {
        var window = new ClientWindow(10, _budget) { Credit = 2 };
        Assert.False(window.TryAcknowledge(1));
        window.Add([1], true);
        Assert.True(window.TryAcknowledge(1));
        Assert.True(window.TryAcknowledge(0));
        Assert.False(window.TryAcknowledge(ulong.MaxValue));
        Assert.Equal(1ul, window.Acknowledged);
    }

    [Fact]
    public void What_is_kept_counts_among_what_all_may_keep_until_it_is_acknowledged_or_forgotten()
    {
        var window = new ClientWindow(1000, _budget) { Credit = 10 };
        window.Add(new byte[30], true);
        Assert.True(_budget.HasRoom);
        window.Add(new byte[30], true);
        Assert.Equal((false, 60), (_budget.HasRoom, _budget.Used));
        Assert.True(window.TryAcknowledge(1));
        Assert.True(_budget.HasRoom);
        window.Clear();
        Assert.Equal(0, _budget.Used);
    }
}
