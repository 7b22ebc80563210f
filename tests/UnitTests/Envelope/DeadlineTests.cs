using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Envelope.Calls;
using Xunit;

namespace UnitTests.Envelope;

public sealed class DeadlineTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_earlier_wins_whichever_side_it_stands_on()
    {
        var soon = Deadline.After(TimeSpan.FromSeconds(1), _time);
        var late = Deadline.After(TimeSpan.FromSeconds(5), _time);

        Assert.Equal(soon, soon.Earlier(late));
        Assert.Equal(soon, late.Earlier(soon));
        Assert.Equal(soon, Deadline.None.Earlier(soon));
        Assert.Equal(soon, soon.Earlier(Deadline.None));
    }

    [Fact]
    public void What_is_left_shrinks_and_is_never_negative()
    {
        var deadline = Deadline.After(TimeSpan.FromSeconds(2), _time);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(1.5, deadline.Left.TotalSeconds, 3);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.Zero, deadline.Left);
    }

    [Fact]
    public void A_span_beyond_the_clock_does_not_overflow() =>
        Assert.True(Deadline.After(TimeSpan.MaxValue, _time).Left > TimeSpan.FromDays(365));
}
