using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ProtocolGateway.TestKit.Zoo.V1;
using Xunit;

namespace UnitTests.Contracts.Codec.Formatting;

public sealed class WellKnownFormatTests
{
    [Theory]
    [InlineData(0, 0, "1970-01-01T00:00:00Z")]
    [InlineData(-62135596800, 0, "0001-01-01T00:00:00Z")]
    [InlineData(253402300799, 999999999, "9999-12-31T23:59:59.999999999Z")]
    [InlineData(1, 20_000_000, "1970-01-01T00:00:01.020Z")]
    [InlineData(-1, 3000, "1969-12-31T23:59:59.000003Z")]
    public void WritesTimestamps(long seconds, int nanos, string expected) =>
        Assert.Equal($$"""{"timestamp":"{{expected}}"}""", FormatHarness.Json(new Animal { Timestamp = new() { Seconds = seconds, Nanos = nanos } }));

    [Theory]
    [InlineData(0, 0, "0s")]
    [InlineData(-1, -500_000_000, "-1.500s")]
    [InlineData(0, -1, "-0.000000001s")]
    [InlineData(315576000000, 0, "315576000000s")]
    public void WritesDurations(long seconds, int nanos, string expected) =>
        Assert.Equal($$"""{"duration":"{{expected}}"}""", FormatHarness.Json(new Animal { Duration = new() { Seconds = seconds, Nanos = nanos } }));

    [Fact]
    public void RefusesWhatHasNoJson()
    {
        Refuse(new Animal { Timestamp = new() { Seconds = 253402300800 } });
        Refuse(new Animal { Timestamp = new() { Nanos = -1 } });
        Refuse(new Animal { Duration = new() { Seconds = 1, Nanos = -1 } });
        Refuse(new Animal { Duration = new() { Seconds = 315576000001 } });
        Refuse(new Animal { FieldMask = new() { Paths = { "fooBar" } } });
        Refuse(new Animal { FieldMask = new() { Paths = { "foo__bar" } } });
        Refuse(new Animal { FieldMask = new() { Paths = { "foo_3" } } });
        Refuse(new Animal { FieldMask = new() { Paths = { "foo_" } } });
        Refuse(new Animal { Value = new Value() });
        Refuse(new Animal { Value = Value.ForNumber(double.NaN) });
    }

    [Fact]
    public void WritesStructsMasksAndWrappers()
    {
        var animal = new Animal
        {
            FieldMask = new() { Paths = { "a_b.c", "d" } },
            Struct = new() { Fields = { ["n"] = Value.ForNull(), ["l"] = Value.ForList(Value.ForNumber(1.5), Value.ForStruct(new())) } },
            Value = Value.ForBool(false),
            ListValue = new(),
            Empty = new(),
            Int64Value = 5,
            StringValue = "",
            BoolValue = false,
            ChoiceNull = NullValue.NullValue,
        };
        Assert.Equal(
            """{"choiceNull":null,"fieldMask":"aB.c,d","struct":{"n":null,"l":[1.5,{}]},"value":false,"listValue":[],"empty":{},"int64Value":"5","boolValue":false,"stringValue":""}""",
            FormatHarness.Json(animal));
    }

    [Fact]
    public void OpensAnyOfKnownTypes()
    {
        Assert.Equal(
            """{"any":{"@type":"type.googleapis.com/zoo.v1.Animal","anInt32":1}}""",
            FormatHarness.Json(new Animal { Any = Any.Pack(new Animal { AnInt32 = 1 }) }));
        Assert.Equal(
            """{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}""",
            FormatHarness.Json(new Animal { Any = Any.Pack(new Duration { Seconds = 1 }) }));
    }

    [Fact]
    public void KeepsAnyOfUnknownTypesAsBytes() =>
        Assert.Equal(
            """{"any":{"@type":"example.com/not.in.any.Contract","value":"AQI="}}""",
            FormatHarness.Json(new Animal { Any = new Any { TypeUrl = "example.com/not.in.any.Contract", Value = ByteString.CopyFrom(1, 2) } }));

    private static void Refuse(Animal animal) => FormatHarness.Error(FormatHarness.Animal, animal.ToByteArray());
}
