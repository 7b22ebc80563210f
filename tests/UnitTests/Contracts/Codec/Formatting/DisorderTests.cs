using Google.Protobuf;
using ProtocolGateway.TestKit.Zoo.V1;
using Xunit;

namespace UnitTests.Contracts.Codec.Formatting;

/// <summary>Messages that no serializer writes in one go, and that the wire format allows all the same.</summary>
public sealed class DisorderTests
{
    [Theory]
    [InlineData("18 01 18 02", """{"anInt32":2}""")] // the last of a singular scalar
    [InlineData("20 05 18 01", """{"anInt32":1,"anInt64":"5"}""")] // descending numbers
    [InlineData("8a0102 1801 8a0102 2002", """{"child":{"anInt32":1,"anInt64":"2"}}""")] // two halves of one message
    [InlineData("8a0102 1801 8a0102 1802", """{"child":{"anInt32":2}}""")]
    [InlineData("880201 1801 880202", """{"anInt32":1,"int32s":[1,2]}""")] // a list with another field in between
    [InlineData("8a020201 02 880203", """{"int32s":[1,2,3]}""")] // packed and not
    [InlineData("b80401 c2040161", """{"choiceString":"a"}""")] // the last of a oneof
    [InlineData("ca0402 1801 b80401 ca0402 2002", """{"choiceAnimal":{"anInt64":"2"}}""")] // what a member held before another was set is gone
    [InlineData("9a0304 0801 1001 9a0304 0801 1002", """{"byInt32":{"1":2}}""")] // the last of a key
    [InlineData("9a0304 0802 1001 9a0304 0801 1002 9a0304 0802 1003", """{"byInt32":{"1":2,"2":3}}""")]
    [InlineData("9a0304 1005 0801", """{"byInt32":{"1":5}}""")] // value before key
    [InlineData("9a0300", """{"byInt32":{"0":0}}""")] // an entry of defaults
    [InlineData("8a0409 0a0161 1200 1202 1801", """{"animalsByName":{"a":{"anInt32":1}}}""")] // a map's message in two halves
    [InlineData("e80701 1801 e80702", """{"anInt32":1}""")] // unknown fields may stand anywhere
    [InlineData("eb07 0801 ec07 1801", """{"anInt32":1}""")] // an unknown group
    public void ReadsThemAsAParserWould(string hex, string expected) =>
        Assert.Equal(expected, FormatHarness.Json(FormatHarness.Animal, FormatHarness.Wire(hex)));

    [Fact]
    public void AgreesWithGoogleOnDoubledMessages()
    {
        var one = new Animal { AnInt32 = 1, Child = new Animal { AString = "a", Strings = { "x" } }, ByString = { ["k"] = "1" }, ChoiceTime = new() { Seconds = 1 } };
        var two = new Animal { AnInt64 = 2, Child = new Animal { ABool = true, Strings = { "y" } }, ByString = { ["k"] = "2", ["j"] = "3" }, ChoiceTime = new() { Nanos = 5 } };
        byte[] wire = [.. two.ToByteArray(), .. one.ToByteArray(), .. two.ToByteArray()];
        Assert.Equal(Animal.Parser.ParseFrom(wire), JsonParser.Default.Parse<Animal>(FormatHarness.Json(FormatHarness.Animal, wire)));
    }

    [Fact]
    public void NestedDisorderEndsInTimeAndMemory()
    {
        byte[] wire = [0x20, 1, 0x18, 1];
        for (var i = 0; i < 90; i++)
        {
            var child = ByteString.CopyFrom(wire);
            using var stream = new MemoryStream();
            using var output = new CodedOutputStream(stream);
            output.WriteTag(17, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(child);
            output.WriteTag(3, WireFormat.WireType.Varint);
            output.WriteInt32(i);
            output.Flush();
            wire = stream.ToArray();
        }

        Assert.StartsWith("""{"anInt32":89,"child":{"anInt32":88""", FormatHarness.Json(FormatHarness.Animal, wire), StringComparison.Ordinal);
    }

}
