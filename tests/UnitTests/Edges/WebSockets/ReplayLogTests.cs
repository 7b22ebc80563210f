using ProtocolGateway.Edges.WebSockets;
using ProtocolGateway.Edges.WebSockets.Multiplexed;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>What is kept to be sent again: all that must be, and no more than may be.</summary>
public sealed class ReplayLogTests
{
    private readonly QueueBudget _budget = new(10_000);

    [Fact]
    public void What_the_client_has_is_forgotten_and_what_it_cannot_have_is_told()
    {
        var log = new ReplayLog(1000, _budget);
        for (byte i = 1; i <= 4; i++)
            log.Add([i]);
        Assert.True(log.TryTrim(3));
        Assert.Equal([4], Assert.Single(log.Frames));
        Assert.False(log.TryTrim(2));
        Assert.False(log.TryTrim(5));
        Assert.False(log.TryTrim(ulong.MaxValue));
        Assert.True(log.TryTrim(3));
        Assert.True(log.TryTrim(4));
        Assert.Empty(log.Frames);
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public async Task Streams_wait_while_it_is_full()
    {
        var log = new ReplayLog(100, _budget);
        log.Add(new byte[50]);
        Assert.True(log.HasRoom);
        Assert.True(log.RoomAsync().IsCompleted);
        log.Add(new byte[50]);
        Assert.False(log.HasRoom);
        var room = log.RoomAsync();
        Assert.False(room.IsCompleted);
        Assert.True(log.TryTrim(1));
        await room;
        Assert.True(log.HasRoom);
    }

    [Fact]
    public async Task One_that_must_keep_more_than_it_can_gives_up_and_holds_no_one()
    {
        var log = new ReplayLog(100, _budget);
        log.Add(new byte[90]);
        var room = log.RoomAsync();
        log.Add(new byte[90]);
        Assert.True(log.IsClosed);
        await room;
        Assert.Empty(log.Frames);
        Assert.True(log.TryTrim(7));
        Assert.Equal(0, _budget.Used);
    }

    [Fact]
    public void The_first_frame_is_kept_however_large()
    {
        var log = new ReplayLog(100, _budget);
        log.Add(new byte[5000]);
        Assert.False(log.IsClosed);
        Assert.Single(log.Frames);
    }

    [Fact]
    public void All_together_keep_no_more_than_the_budget()
    {
        var (one, other) = (new ReplayLog(9000, _budget), new ReplayLog(9000, _budget));
        one.Add(new byte[6000]);
        other.Add(new byte[6000]);
        Assert.True(other.IsClosed);
        Assert.False(one.IsClosed);
        Assert.Equal(6032, _budget.Used);
        one.Close();
        Assert.Equal(0, _budget.Used);
    }
}
