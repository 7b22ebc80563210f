using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Edges;
using ProtocolGateway.Envelope.Calls;
using Xunit;

namespace UnitTests.Edges;

/// <summary>A body may be slow, but not without end; the clock is the test's.</summary>
public sealed class TimedBodyTests
{
    private static readonly BodyPace Pace = new(TimeSpan.FromSeconds(10), 100);

    private readonly FakeTimeProvider _time = new();
    private readonly Pipe _pipe = new();

    [Fact]
    public async Task A_body_that_keeps_the_pace_may_take_as_long_as_it_is_large()
    {
        using var body = new TimedBody(int.MaxValue, Deadline.None, Pace, _time);
        // 200 bytes in two seconds each time: a hundred times as long as the patience.
        for (var received = 0; received < 100_000; received += 200)
            await ReadAsync(body, received, TimeSpan.FromSeconds(2), 200);
    }

    [Fact]
    public async Task A_body_that_drips_is_a_408()
    {
        using var body = new TimedBody(int.MaxValue, Deadline.None, Pace, _time);
        for (var received = 0; received < 9; received++)
            await ReadAsync(body, received, TimeSpan.FromSeconds(1), 1);
        var last = body.ReadAsync(_pipe.Reader, 9, CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromSeconds(1.1));
        Assert.Equal("REQUEST_TIMEOUT", (await Assert.ThrowsAsync<GatewayCallException>(() => last)).Error.Reason);
        var more = await Assert.ThrowsAsync<GatewayCallException>(async () => await body.ReadAsync(_pipe.Reader, 9, CancellationToken.None));
        Assert.Equal("REQUEST_TIMEOUT", more.Error.Reason);
    }

    [Fact]
    public async Task Time_in_which_nobody_waits_for_the_client_does_not_count()
    {
        using var body = new TimedBody(int.MaxValue, Deadline.None, Pace, _time);
        await ReadAsync(body, 0, TimeSpan.FromSeconds(1), 1);
        // A backend that is slow to take what came.
        _time.Advance(TimeSpan.FromHours(1));
        await ReadAsync(body, 1, TimeSpan.FromSeconds(8), 1);
    }

    [Fact]
    public async Task The_deadline_ends_a_body_that_keeps_the_pace()
    {
        using var body = new TimedBody(int.MaxValue, Deadline.After(TimeSpan.FromSeconds(3), _time), Pace, _time);
        await ReadAsync(body, 0, TimeSpan.FromSeconds(2), 1000);
        var last = body.ReadAsync(_pipe.Reader, 1000, CancellationToken.None).AsTask();
        _time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<GatewayCallException>(() => last);
    }

    [Fact]
    public async Task A_client_that_goes_is_no_408()
    {
        using var gone = new CancellationTokenSource();
        using var body = new TimedBody(int.MaxValue, Deadline.None, Pace, _time);
        var read = body.ReadAsync(_pipe.Reader, 0, gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    private async Task ReadAsync(TimedBody body, long received, TimeSpan after, int bytes)
    {
        var read = body.ReadAsync(_pipe.Reader, received, CancellationToken.None).AsTask();
        Assert.False(read.IsCompleted);
        _time.Advance(after);
        await _pipe.Writer.WriteAsync(new byte[bytes]);
        _pipe.Reader.AdvanceTo((await read).Buffer.End);
    }
}
