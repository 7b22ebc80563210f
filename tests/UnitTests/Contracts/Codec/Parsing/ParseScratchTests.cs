using ProtocolGateway.Contracts.Codec.Parsing;
using Xunit;

namespace UnitTests.Contracts.Codec.Parsing;

/// <summary>What a thread keeps between messages.</summary>
public sealed class ParseScratchTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(100_000)]
    public void A_message_of_very_many_objects_leaves_no_memory_behind(int objects)
    {
        var scratch = new ParseScratch();
        for (var i = 0; i < objects; i++)
            scratch.NoteType(i, i + 1);
        Assert.True(scratch.TryFindType(objects - 1, out _));
        scratch.Return();
        Assert.InRange(scratch.RoomForTypes, 0, 4096);
        Assert.False(scratch.TryFindType(0, out _));
    }
}
