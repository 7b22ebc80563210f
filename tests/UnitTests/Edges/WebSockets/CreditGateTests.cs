using ProtocolGateway.Edges.WebSockets.Multiplexed;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>As many messages as were granted, and no more.</summary>
public sealed class CreditGateTests
{
    [Fact]
    public async Task So_many_pass_and_the_next_waits_for_more()
    {
        var gate = new CreditGate(2);
        Assert.True(gate.TakeAsync().IsCompleted);
        Assert.True(gate.TakeAsync().IsCompleted);
        var third = gate.TakeAsync();
        Assert.False(third.IsCompleted);
        gate.Grant(0);
        Assert.False(third.IsCompleted);
        gate.Grant(2);
        await third;
        Assert.True(gate.TakeAsync().IsCompleted);
        Assert.False(gate.TakeAsync().IsCompleted);
    }

    [Fact]
    public void A_client_that_grants_without_end_never_turns_the_count_around()
    {
        var gate = new CreditGate(uint.MaxValue);
        for (var i = 0; i < 100_000; i++)
            gate.Grant(uint.MaxValue);
        Assert.True(gate.TakeAsync().IsCompleted);
    }

    [Fact]
    public async Task An_open_gate_holds_no_one()
    {
        var gate = new CreditGate(0);
        var waiting = gate.TakeAsync();
        Assert.False(waiting.IsCompleted);
        gate.Open();
        await waiting;
        Assert.True(gate.TakeAsync().IsCompleted);
    }
}
