using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Edges.WebSockets.Multiplexed;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>A notice, a grace, and an end; each at its time.</summary>
public sealed class SessionExpiryTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly List<string> _told = [];
    private readonly SessionExpiry _expiry;

    public SessionExpiryTests() => _expiry = new(_time, seconds => _told.Add($"notice {seconds}"), () => _told.Add("end"));

    [Fact]
    public void The_notice_comes_a_minute_before_and_the_end_some_time_after()
    {
        _expiry.Set(_time.GetUtcNow() + TimeSpan.FromMinutes(10));
        _time.Advance(TimeSpan.FromSeconds(539));
        Assert.Empty(_told);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["notice 60"], _told);
        _time.Advance(TimeSpan.FromSeconds(84));
        Assert.Equal(["notice 60"], _told);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["notice 60", "end"], _told);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public void One_that_is_near_or_over_is_told_at_once()
    {
        _expiry.Set(_time.GetUtcNow() + TimeSpan.FromSeconds(20));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["notice 20"], _told);
        _expiry.Set(_time.GetUtcNow() - TimeSpan.FromHours(1));
        _time.Advance(TimeSpan.FromTicks(1));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["notice 20", "notice 0", "end"], _told);
    }

    [Fact]
    public void A_later_end_takes_the_place_of_the_earlier_and_none_ends_all()
    {
        _expiry.Set(_time.GetUtcNow() + TimeSpan.FromMinutes(2));
        _time.Advance(TimeSpan.FromMinutes(1.5));
        Assert.Single(_told);
        _expiry.Set(_time.GetUtcNow() + TimeSpan.FromMinutes(10));
        _time.Advance(TimeSpan.FromMinutes(8));
        Assert.Single(_told);
        _time.Advance(TimeSpan.FromMinutes(1.5));
        Assert.Equal(2, _told.Count);
        _expiry.Set(null);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public void One_that_is_further_off_than_a_timer_counts_comes_at_its_time()
    {
        _expiry.Set(_time.GetUtcNow() + TimeSpan.FromDays(100));
        _time.Advance(TimeSpan.FromDays(99));
        Assert.Empty(_told);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("notice 0", _told[0]);
    }

    [Fact]
    public void Nothing_is_told_any_more_when_the_session_has_ended()
    {
        _expiry.Set(_time.GetUtcNow() + TimeSpan.FromMinutes(2));
        _expiry.Dispose();
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(_told);
    }

    public void Dispose() => _expiry.Dispose();
}
