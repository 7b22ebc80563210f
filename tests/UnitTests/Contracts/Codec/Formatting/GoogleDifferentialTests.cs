using CsCheck;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using ProtocolGateway.TestKit.Zoo.V1;
using Xunit;

namespace UnitTests.Contracts.Codec.Formatting;

/// <summary>Google.Protobuf's own parser must read from our JSON the message that it wrote to the wire.</summary>
public sealed class GoogleDifferentialTests
{
    private static readonly Gen<string> Text = Gen.String[Gen.OneOf(Gen.Char['\0', '~'], Gen.Char['\u00a0', '\ud7ff']), 0, 12];

    private static readonly Gen<Value> Values = Gen.OneOf(
        Gen.Double.Where(double.IsFinite).Select(Value.ForNumber), Text.Select(Value.ForString), Gen.Bool.Select(b => Value.ForBool(b)), Gen.Const(0).Select(_ => Value.ForNull()),
        Text.Array[0, 3].Select(texts => Value.ForList([.. texts.Select(Value.ForString)])));

    private static readonly Gen<Animal> Numbers = Gen.Select(Gen.Double, Gen.Float, Gen.Int, Gen.Long, Gen.ULong, Gen.UInt).Select((d, f, i, l, ul, ui) => new Animal
    {
        ADouble = d,
        AFloat = f,
        AnInt32 = i,
        AnInt64 = l,
        AUint64 = ul,
        AUint32 = ui,
        ASint32 = -i,
        ASint64 = ~l,
        AFixed32 = ui,
        AFixed64 = ul,
        ASfixed32 = i,
        ASfixed64 = l,
        Doubles = { d, 0 },
        Floats = { f, -f },
        Int32S = { i, 0, -1 },
        Sint64S = { l },
        Fixed64S = { ul, 1 },
        UnpackedInt32S = { i, i },
        Color = (Color)i,
        ByInt32 = { [i] = i },
        ByInt64 = { [l] = l },
        ByUint64 = { [ul] = ul, [0] = 1 },
        BySint32 = { [i] = i },
        BySfixed64 = { [l] = l },
        ByBool = { [i > 0] = true },
        DoublesByName = { ["d"] = d },
        Int64Values = { l, 0 },
        Uint64Value = ul,
        NumberFarOut = i,
    });

    private static readonly Gen<Animal> Texts = Gen.Select(Text, Text, Gen.Byte.Array[0, 9], Gen.Long[-62135596800, 253402300799], Gen.Int[0, 999_999_999], Values).Select((a, b, bytes, seconds, nanos, value) => new Animal
    {
        AString = a,
        MaybeString = b,
        ABytes = ByteString.CopyFrom(bytes),
        Strings = { a, b, "" },
        BytesList = { ByteString.CopyFrom(bytes) },
        ByString = { [a] = b },
        AnimalsByName = { [a] = new Animal { AString = b } },
        ChoiceString = b,
        Timestamp = new() { Seconds = seconds, Nanos = nanos },
        Timestamps = { new Timestamp { Nanos = nanos } },
        Duration = new() { Seconds = Math.Abs(seconds), Nanos = nanos },
        Value = value,
        Values = { value, value },
        ValuesByName = { [b] = value },
        Struct = new() { Fields = { [a] = value } },
        StringValue = a,
        BytesValue = ByteString.CopyFrom(bytes),
        Renamed = b,
    });

    [Fact]
    public void NumbersComeBack() => Numbers.Sample(ComesBack, iter: 500);

    [Fact]
    public void TextsComeBack() => Texts.Sample(ComesBack, iter: 500);

    [Fact]
    public void TreesComeBack() => Gen.Select(Numbers, Texts, Texts)
        .Select((a, b, c) => new Animal { Child = a, Children = { b, a }, ChoiceAnimal = c, AnimalsByName = { ["x"] = b } }).Sample(ComesBack, iter: 200);

    [Fact]
    public void AnyOrderOfFieldsGivesTheMergedMessage() => Gen.Select(Numbers, Texts, Numbers).Sample(
        (a, b, c) =>
        {
            byte[] wire = [.. a.ToByteArray(), .. b.ToByteArray(), .. c.ToByteArray(), .. b.ToByteArray()];
            Assert.Equal(Animal.Parser.ParseFrom(wire), JsonParser.Default.Parse<Animal>(FormatHarness.Json(FormatHarness.Animal, wire)));
        },
        iter: 200);

    private static void ComesBack(Animal animal) =>
        Assert.Equal(animal, JsonParser.Default.Parse<Animal>(FormatHarness.Json(animal)));
}
