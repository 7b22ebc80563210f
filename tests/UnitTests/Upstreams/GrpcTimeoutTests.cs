using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Upstreams;
using ProtocolGateway.Upstreams.Grpc;
using Xunit;

namespace UnitTests.Upstreams;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData(0L, "1u")]
    [InlineData(1L, "1u")]
    [InlineData(1_500_000L, "150000u")]
    [InlineData(999_999_990L, "99999999u")]
    [InlineData(1_000_000_000L, "100000m")]
    [InlineData(10_000_000L * 200_000, "200000S")]
    [InlineData(10_000_000L * 200_000_000, "3333333M")]
    [InlineData(long.MaxValue, "99999999H")]
    public void Uses_at_most_eight_digits_of_the_finest_unit(long ticks, string expected) =>
        Assert.Equal(expected, GrpcTimeout.Format(TimeSpan.FromTicks(ticks)));

    [Fact]
    public void Timer_of_a_pooled_cancellation_serves_only_its_own_call()
    {
        var time = new FakeTimeProvider();
        var pool = new CallCancellation.Pool(time);
        var first = pool.Rent(new RecordingCall("Get") { Deadline = Deadline.After(TimeSpan.FromSeconds(1), time) });
        pool.Return(first);
        var second = pool.Rent(new RecordingCall("Get") { Deadline = Deadline.After(TimeSpan.FromSeconds(5), time) });
        Assert.Same(first, second);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(second.Token.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(second.Token.IsCancellationRequested);
        Assert.True(second.DeadlinePassed);
        pool.Return(second);
        Assert.NotSame(second, pool.Rent(new RecordingCall("Get")));
    }

    [Fact]
    public void Deadline_beyond_every_timer_is_waited_for()
    {
        var time = new FakeTimeProvider();
        var pool = new CallCancellation.Pool(time);
        var cancellation = pool.Rent(new RecordingCall("Get") { Deadline = Deadline.After(TimeSpan.FromDays(90), time) });
        time.Advance(TimeSpan.FromDays(89));
        Assert.False(cancellation.Token.IsCancellationRequested);
        time.Advance(TimeSpan.FromDays(1));
        Assert.True(cancellation.Token.IsCancellationRequested);
    }
}
