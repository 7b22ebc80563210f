using Google.Protobuf;
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
        using var events = new EventBuffer();
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
        using var events = new EventBuffer();
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
        using var events = new EventBuffer();
        events.Add(1, 1, [1], false);
        events.End();
        events.Add(1, 2, [2], false);
        Assert.Single((await TakeAsync(events))!.Events);
        Assert.Null(await TakeAsync(events));
    }

    private static async Task<FromGateway?> TakeAsync(EventBuffer events)
    {
        using var batch = new PooledBuffer();
        return await events.TakeAsync(batch, TestContext.Current.CancellationToken) ? FromGateway.Parser.ParseFrom(batch.WrittenSpan) : null;
    }
}
