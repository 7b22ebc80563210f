using System.Text;
using System.Text.Json;
using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.TestKit.Zoo.V1;
using Xunit;

namespace UnitTests.Contracts.Codec.Formatting;

/// <summary>Short and long texts take different ways; what is not plain must be found at every place of each.</summary>
public sealed class PlainTextTests
{
    [Theory]
    [InlineData('"')]
    [InlineData('\\')]
    [InlineData('\n')]
    [InlineData('\u0000')]
    [InlineData('\u001F')]
    [InlineData('\u007F')]
    [InlineData('\u0080')]
    [InlineData('\u00E9')]
    public void The_first_byte_that_is_not_plain_is_found_at_every_place(char special)
    {
        for (var length = 1; length <= 50; length++)
        {
            for (var at = 0; at < length; at++)
            {
                var text = new string('a', at) + special + new string('~', length - at - 1);
                var utf8 = Encoding.UTF8.GetBytes(text + special);
                var target = new byte[utf8.Length];
                Assert.Equal(at, PlainText.CopyBeginning(utf8, target));
                Assert.True(target.AsSpan(0, at).SequenceEqual(utf8.AsSpan(0, at)));
                Assert.Equal(text, JsonDocument.Parse(FormatHarness.Json(new Animal { AString = text })).RootElement.GetProperty("aString").GetString());
            }
        }
    }

    [Fact]
    public void Plain_text_of_every_length_is_copied_whole()
    {
        for (var length = 0; length <= 70; length++)
        {
            var utf8 = Enumerable.Range(0, length).Select(i => (byte)('A' + i % 26)).ToArray();
            var target = new byte[length];
            Assert.Equal(length, PlainText.CopyBeginning(utf8, target));
            Assert.Equal(utf8, target);
        }
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused_after_escapes_too()
    {
        for (var length = 0; length <= 40; length++)
        {
            byte[] text = [(byte)'"', .. Enumerable.Repeat((byte)'a', length), 0xC3, (byte)'b'];
            byte[] wire = [.. FormatHarness.Wire("72"), (byte)text.Length, .. text];
            Assert.Equal("a_string: not valid UTF-8", FormatHarness.Error(FormatHarness.Animal, wire).ToString());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(26)]
    [InlineData(27)]
    [InlineData(28)]
    [InlineData(29)]
    [InlineData(30)]
    [InlineData(31)]
    [InlineData(200)]
    public void Names_of_every_length_are_written_first_and_next(int length)
    {
        var name = new string('n', length);
        var sink = new JsonSink();
        sink.Name(new MemberName(name), isFirst: true);
        sink.Name(new MemberName(name), isFirst: false);
        Assert.Equal($"\"{name}\":,\"{name}\":", Encoding.UTF8.GetString(sink.Written));
    }
}
