using System.Buffers;
using System.Text;
using Google.Protobuf;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.TestKit.Zoo.V1;
using Xunit;

namespace UnitTests.Contracts.Codec.Formatting;

public sealed class JsonFormatPlanTests
{
    [Fact]
    public void WritesScalarsAsTheMappingSays()
    {
        var animal = new Animal
        {
            ADouble = 1e300,
            AFloat = 0.1f,
            AnInt32 = -1,
            AnInt64 = long.MinValue,
            AUint64 = ulong.MaxValue,
            ASint32 = int.MinValue,
            ABool = true,
            AString = "q\" b\\ t\t u\u0001 \u00e9\U0001F600",
            ABytes = ByteString.CopyFrom(0xFB, 0xFF),
            Color = Color.Scarlet,
            MaybeInt32 = 0,
        };
        Assert.Equal(
            """{"aDouble":1E+300,"aFloat":0.1,"anInt32":-1,"anInt64":"-9223372036854775808","aUint64":"18446744073709551615","aSint32":-2147483648,"aBool":true,"aString":"q\" b\\ t\t u\u0001 é😀","aBytes":"+/8=","color":"COLOR_RED","maybeInt32":0}""",
            FormatHarness.Json(animal));
    }

    [Fact]
    public void MinusZeroIsNotTheDefault() =>
        Assert.Equal("""{"aDouble":-0}""", FormatHarness.Json(FormatHarness.Animal, FormatHarness.Wire("090000000000000080")));

    [Fact]
    public void WritesNonFiniteNumbersAsStrings() =>
        Assert.Equal(
            """{"doubles":["NaN","Infinity","-Infinity"],"floats":["NaN","Infinity","-Infinity"]}""",
            FormatHarness.Json(new Animal
            {
                Doubles = { double.NaN, double.PositiveInfinity, double.NegativeInfinity },
                Floats = { float.NaN, float.PositiveInfinity, float.NegativeInfinity },
            }));

    [Fact]
    public void KeepsUnknownNumbersOfOpenEnumsOnly()
    {
        Assert.Equal("""{"color":77}""", FormatHarness.Json(new Animal { Color = (Color)77 }));
        // shade (3) = 9, shades (8) = 1, 9; shades_by_name (9) = {"a": 9}
        Assert.Equal("""{"name":"x","shades":["SHADE_LIGHT"]}""", FormatHarness.Json(FormatHarness.Fossil, FormatHarness.Wire("0a0178 1809 4001 4009 4a050a01611009")));
    }

    [Fact]
    public void HonoursTheOptions()
    {
        var animal = new Animal { Color = Color.Blue, Renamed = "r" };
        Assert.Equal("""{"color":2,"otherName":"r"}""", FormatHarness.Json(animal, new CodecOptions { EnumsAsIntegers = true }));
        Assert.Equal("""{"color":"COLOR_BLUE","renamed":"r"}""", FormatHarness.Json(animal, new CodecOptions { PreserveNames = true }));
        var all = FormatHarness.Json(animal, new CodecOptions { EmitDefaults = true });
        Assert.Contains("""{"aDouble":0,"aFloat":0,"anInt32":0,"anInt64":"0",""", all, StringComparison.Ordinal);
        Assert.Contains("\"children\":[]", all, StringComparison.Ordinal);
        Assert.Contains("\"byBool\":{}", all, StringComparison.Ordinal);
        Assert.DoesNotContain("maybe", all, StringComparison.Ordinal);
        Assert.DoesNotContain("child\"", all, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("children", "[]")]
    [InlineData("by_bool", "{}")]
    [InlineData("child", "null")]
    [InlineData("an_int64", "\"0\"")]
    [InlineData("color", "\"COLOR_UNSPECIFIED\"")]
    [InlineData("choice_int32", "0")]
    public void WritesOneFieldAlone_ItsDefaultWhenAbsent(string name, string expected) =>
        Assert.Equal(expected, Field(name, new Animal { AString = "other" }.ToByteArray()));

    [Fact]
    public void WritesOneFieldAlone()
    {
        Assert.Equal("""[{"anInt32":1},{}]""", Field("children", new Animal { AnInt32 = 5, Children = { new Animal { AnInt32 = 1 }, new Animal() } }.ToByteArray()));
        Assert.Equal("7", Field("choice_int32", new Animal { ChoiceInt32 = 7 }.ToByteArray()));
        // choice_int32 (71) = 7, then choice_string (72) = "a": the oneof has moved on
        Assert.Equal("0", Field("choice_int32", FormatHarness.Wire("b80407 c2040161")));
    }

    [Fact]
    public void TakesSegmentedInput()
    {
        var wire = new Animal { AString = "segmented", AnInt32 = 300 }.ToByteArray();
        var first = new Segment(wire.AsMemory(0, 1), 0);
        var last = first;
        for (var i = 1; i < wire.Length; i++)
            last = last.Append(wire.AsMemory(i, 1));
        var output = new ArrayBufferWriter<byte>();
        var plan = JsonFormatPlan.Compile(FormatHarness.Animal, CodecOptions.Default, FormatHarness.Find);
        Assert.Null(plan.Format(new ReadOnlySequence<byte>(first, 0, last, 1), output));
        Assert.Equal("""{"anInt32":300,"aString":"segmented"}""", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void AllocatesNothingPerMessage()
    {
        var animal = new Animal
        {
            AnInt32 = 1,
            ADouble = 2.5,
            AString = "text \"quoted\"",
            Child = new Animal { Color = Color.Red },
            Int64S = { 1, 2, 3 },
            ByString = { ["z"] = "1", ["a"] = "2" },
            Timestamp = new() { Seconds = 5, Nanos = 6 },
            Any = Google.Protobuf.WellKnownTypes.Any.Pack(new Animal { AnInt32 = 2 }),
        };
        var wire = animal.ToByteArray();
        var disorderly = wire.Concat(wire).ToArray(); // out of order, so that the slow path is held to it too
        var plan = JsonFormatPlan.Compile(FormatHarness.Animal, CodecOptions.Default, FormatHarness.Find);
        var output = new ArrayBufferWriter<byte>(16 * 1024);
        Assert.Equal(0, Allocated(plan, wire, output));
        Assert.Equal(0, Allocated(plan, disorderly, output));
    }

    private static long Allocated(JsonFormatPlan plan, byte[] wire, ArrayBufferWriter<byte> output)
    {
        var before = 0L;
        for (var i = 0; i < 300; i++)
        {
            if (i == 200)
                before = GC.GetAllocatedBytesForCurrentThread();
            output.ResetWrittenCount();
            if (plan.Format(wire, output) is not null)
                return -1;
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Field(string name, byte[] wire)
    {
        var field = FormatHarness.Animal.Fields.First(f => f.Name == name);
        var output = new ArrayBufferWriter<byte>();
        Assert.Null(JsonFormatPlan.CompileField(FormatHarness.Animal, field, CodecOptions.Default, FormatHarness.Find).Format(wire, output));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
