using Xunit;

namespace UnitTests.Envelope.Buffers;

/// <summary>The one buffer that messages and answers are made in.</summary>
public sealed class PooledBufferTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024)]
    public void What_is_written_stays_while_the_buffer_grows(int firstSize)
    {
        using var buffer = new PooledBuffer(firstSize);
        var expected = new List<byte>();
        for (var i = 0; i < 200; i++)
        {
            var piece = Enumerable.Repeat((byte)i, i * 7 % 50).ToArray();
            expected.AddRange(piece);
            if (i % 2 == 0)
            {
                buffer.Write(piece);
                continue;
            }

            piece.CopyTo(buffer.GetSpan(piece.Length));
            buffer.Advance(piece.Length);
        }

        Assert.Equal(expected.Count, buffer.Length);
        Assert.Equal(expected, buffer.WrittenSpan.ToArray());
        Assert.Equal(expected, buffer.WrittenMemory.ToArray());
    }

    [Fact]
    public void Room_is_given_even_where_none_is_asked_for()
    {
        using var buffer = new PooledBuffer(0);
        Assert.True(buffer.GetSpan().Length > 0);
        Assert.True(buffer.GetMemory().Length > 0);
    }

    [Fact]
    public void It_is_cut_back_but_never_beyond_what_is_written()
    {
        using var buffer = new PooledBuffer();
        buffer.Write("abc"u8);
        buffer.Truncate(1);
        buffer.Write("x"u8);
        Assert.Equal("ax"u8.ToArray(), buffer.WrittenSpan.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Truncate(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Truncate(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(int.MaxValue));
        buffer.Clear();
        Assert.Equal(0, buffer.Length);
    }

    [Fact]
    public void Disposing_twice_gives_the_array_back_once()
    {
        var buffer = new PooledBuffer();
        buffer.Write("abc"u8);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Equal(0, buffer.Length);
        Assert.True(buffer.WrittenMemory.IsEmpty);
    }
}
