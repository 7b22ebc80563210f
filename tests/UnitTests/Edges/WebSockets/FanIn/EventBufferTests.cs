using Google.Protobuf;
using Microsoft.Extensions.Time.Testing;
using ProtocolGateway.Edges.WebSockets.FanIn;
using ProtocolGateway.FanIn.V1;
using Xunit;

namespace UnitTests.Edges.WebSockets.FanIn;

public sealed class EventBufferTests
{
    [Theory]
    [InlineData(1u, 1ul, "", true)]
    [InlineData(uint.MaxValue, ulong.MaxValue, "é", false)]
    [InlineData(300u, 128ul, "a message of more than a hundred and twenty-eight bytes, so that its own length and that of the event around it take two bytes each: that is all", true)]
    public async Task What_is_written_by_hand_is_what_the_generated_classes_read(uint connection, ulong sequence, string payload, bool text)
    {
        using var events = Buffer();
        events.Add(new GatewayEvent { Hello = new() { Gateway = "g", Path = "/p" } });
        events.Add(connection, sequence, System.Text.Encoding.UTF8.GetBytes(payload), text);
        events.Add(new GatewayEvent { Connection = 7, Close = new() { Code = 1000 } });
        var expected = new FromGateway
        {
            Events =
            {
                new GatewayEvent { Hello = new() { Gateway = "g", Path = "/p" } },
                new GatewayEvent { Connection = connection, Message = new() { Sequence = sequence, Payload = ByteString.CopyFromUtf8(payload), Text = text } },
                new GatewayEvent { Connection = 7, Close = new() { Code = 1000 } },
            },
        };
        Assert.Equal(expected, await TakeAsync(events));
    }

    [Fact]
    public async Task A_full_buffer_makes_writers_wait_until_it_is_taken()
    {
        using var events = Buffer();
        events.Add(1, 1, new byte[2 * 1024 * 1024], false);
        var room = events.RoomAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(room.IsCompleted);
        await TakeAsync(events);
        await room;
        using var gone = new CancellationTokenSource();
        events.Add(1, 2, new byte[2 * 1024 * 1024], false);
        var waiting = events.RoomAsync(gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task At_the_end_what_is_there_goes_out_and_no_more_is_taken_in()
    {
        using var events = Buffer();
        events.Add(1, 1, [1], false);
        events.End();
        events.Add(1, 2, [2], false);
        Assert.Single((await TakeAsync(events))!.Events);
        Assert.Null(await TakeAsync(events));
    }

    [Fact]
    public async Task What_gathers_is_taken_in_messages_that_every_server_takes()
    {
        using var events = Buffer();
        for (ulong i = 1; i <= 100; i++)
            events.Add(1, i, new byte[10_000], false);
        events.Add(1, 101, new byte[3_000_000], false);
        events.Add(1, 102, [1], false);
        var (count, largest) = (0ul, 0);
        while (count < 102)
        {
            var batch = await TakeAsync(events);
            largest = Math.Max(largest, batch!.CalculateSize());
            foreach (var what in batch.Events)
                Assert.Equal(++count, what.Message.Sequence);
        }

        Assert.InRange(largest, 3_000_000, 3_000_100);
    }

    [Fact]
    public async Task A_service_that_takes_nothing_for_long_while_much_waits_is_found_by_who_waits_and_by_who_does_not()
    {
        var time = new FakeTimeProvider();
        var found = 0;
        using var events = new EventBuffer(TimeSpan.FromSeconds(30), time, () => found++);
        for (var i = 0; i < 20; i++)
            events.Add(1, 1, new byte[100_000], false);
        time.Advance(TimeSpan.FromSeconds(29));
        events.Add(1, 1, [1], false);
        // Slow it may be.
        await TakeAsync(events);
        events.Add(1, 1, [1], false);
        time.Advance(TimeSpan.FromSeconds(29));
        events.Add(1, 1, [1], false);
        Assert.Equal(0, found);
        time.Advance(TimeSpan.FromSeconds(1));
        events.Add(1, 1, [1], false);
        Assert.Equal(1, found);

        var waiting = events.RoomAsync(TestContext.Current.CancellationToken).AsTask();
        time.Advance(TimeSpan.FromSeconds(30));
        for (var tries = 0; found < 2 && tries < 500; tries++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.True(found > 1);
        events.End();
        await waiting;
    }

    private static EventBuffer Buffer() => new(TimeSpan.FromSeconds(30), TimeProvider.System, static () => throw new InvalidOperationException("stalled"));

    private static async Task<FromGateway?> TakeAsync(EventBuffer events)
    {
        using var batch = new PooledBuffer();
        return await events.TakeAsync(batch, TestContext.Current.CancellationToken) ? FromGateway.Parser.ParseFrom(batch.WrittenSpan) : null;
    }
}
