using System.Buffers;
using ProtocolGateway.Contracts.Codec.Parsing;
using Xunit;

namespace UnitTests.Contracts.Codec.Parsing;

/// <summary>Strings are decoded in steps of a vector; every place of an escape or of an end must do.</summary>
public sealed class StringTests
{
    [Theory]
    [InlineData("\\\"", "\"")]
    [InlineData("\\\\", "\\")]
    [InlineData("\\n", "\n")]
    [InlineData("\\u00e9", "\u00E9")]
    [InlineData("\\ud83d\\ude00", "\U0001F600")]
    [InlineData("\u00E9", "\u00E9")]
    public void Escapes_are_decoded_at_every_place(string written, string meant)
    {
        for (var before = 0; before <= 40; before++)
        {
            for (var after = 0; after <= 40; after++)
            {
                var text = new string('a', before) + "{0}" + new string('b', after);
                var json = "{\"aString\":\"" + text.Replace("{0}", written, StringComparison.Ordinal) + "\"}";
                Assert.Equal(text.Replace("{0}", meant, StringComparison.Ordinal), ZooPlans.ParseAnimal(json).AString);
                Assert.Equal(text.Replace("{0}", meant, StringComparison.Ordinal), ZooPlans.ParseAnimal($$"""{"value":{{json[11..^1]}}}""").Value.StringValue);
            }
        }
    }

    [Theory]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(100_000)]
    public void Texts_whose_length_takes_more_bytes_stay_whole(int length)
    {
        var text = new string('a', length - 1) + "z";
        var animal = ZooPlans.ParseAnimal($$"""{"aString":"{{text}}","anInt32":5}""");
        Assert.Equal(text, animal.AString);
        Assert.Equal(5, animal.AnInt32);
    }

    [Theory]
    [InlineData(new byte[] { 0x1F }, "a control character in a string must be escaped")]
    [InlineData(new byte[] { 0x00 }, "a control character in a string must be escaped")]
    [InlineData(new byte[] { 0xC3 }, "invalid UTF-8 in a string")]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, "invalid UTF-8 in a string")]
    [InlineData(new[] { (byte)'\\', (byte)'x' }, "invalid escape in a string")]
    public void What_a_string_must_not_have_is_found_at_every_place(byte[] bad, string message)
    {
        var plan = ZooPlans.Plan(ZooPlans.Animal);
        for (var before = 0; before <= 40; before++)
        {
            for (var after = 0; after <= 40; after += 5)
            {
                byte[] json = [.. "{\"aString\":\""u8, .. Enumerable.Repeat((byte)'a', before), .. bad, .. Enumerable.Repeat((byte)'b', after), .. "\"}"u8];
                var output = new ArrayBufferWriter<byte>();
                Assert.Equal("aString: " + message, plan.Parse(json, output)?.ToString());
                Assert.Equal(0, output.WrittenCount);
            }
        }
    }

    [Fact]
    public void A_string_that_does_not_end_is_refused_at_every_length()
    {
        for (var length = 0; length <= 40; length++)
            Assert.Equal("aString: a string does not end", ZooPlans.Plan(ZooPlans.Animal).Parse("{\"aString\":\"" + new string('a', length)).Error);
    }

    [Theory]
    [InlineData("{\"anInt32\":5,\"aBool\":true}")]
    [InlineData(" { \"anInt32\" : 5 , \"aBool\" : true } ")]
    [InlineData("\r\n{\r\n  \"anInt32\": 5,\t\"aBool\"  :\ttrue\n}\n")]
    [InlineData("\t  {\"anInt32\"\n:\n5\n,  \"aBool\":  true}  ")]
    public void Whitespace_of_every_kind_is_passed_over(string json)
    {
        var animal = ZooPlans.ParseAnimal(json);
        Assert.Equal((5, true), (animal.AnInt32, animal.ABool));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(1000)]
    public void Fields_are_seen_once_in_messages_of_every_size(int count)
    {
        var scratch = new ParseScratch();
        var outer = SeenFields.Begin(count, scratch);
        for (var bit = 0; bit < count; bit++)
        {
            Assert.True(outer.TryAdd(bit, scratch));
            var inner = SeenFields.Begin(count, scratch);
            Assert.False(inner.Has(bit, scratch));
            Assert.True(inner.TryAdd(count - 1, scratch));
            inner.End(scratch);
            Assert.True(outer.Has(bit, scratch));
            Assert.False(outer.TryAdd(bit, scratch));
        }

        outer.End(scratch);
        Assert.False(SeenFields.Begin(count, scratch).Has(0, scratch));
    }
}
