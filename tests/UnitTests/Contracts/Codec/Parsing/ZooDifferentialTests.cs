using System.Buffers;
using CsCheck;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using ProtocolGateway.TestKit.Zoo.V1;
using Xunit;

namespace UnitTests.Contracts.Codec.Parsing;

/// <summary>Google's formatter writes the JSON, our parser the bytes, Google's parser reads them: the message must be the same.</summary>
public sealed class ZooDifferentialTests
{
    private static readonly Gen<string> _text = Gen.OneOf(Gen.String[Gen.Char[' ', '\uD7FF'], 0, 12], Gen.String[Gen.Char.AlphaNumeric, 0, 200], Gen.Const("\"\\\n\t\u0001\U0001F98A/"));
    private static readonly Gen<ByteString> _bytes = Gen.Byte.Array[0, 100].Select(b => ByteString.CopyFrom(b));
    private static readonly Gen<Timestamp> _time = Gen.Select(Gen.Long[-62135596800, 253402300799], Gen.Int[0, 999999999]).Select((s, n) => new Timestamp { Seconds = s, Nanos = n });
    private static readonly Gen<Color> _color = Gen.OneOf(Gen.Const(Color.Unspecified), Gen.Const(Color.Red), Gen.Const(Color.Blue), Gen.Const(Color.Negative), Gen.Const((Color)77));

    private static readonly Gen<Action<Animal>> _part = Gen.OneOf(
        Gen.Double.Select(v => (Action<Animal>)(a => (a.ADouble, a.DoubleValue) = (v, v))),
        Gen.Float.Select(v => (Action<Animal>)(a => (a.AFloat, a.FloatValue) = (v, v))),
        Gen.Int.Select(v => (Action<Animal>)(a => (a.AnInt32, a.ASint32, a.ASfixed32, a.MaybeInt32, a.NumberFarOut) = (v, v, v, v, v))),
        Gen.Long.Select(v => (Action<Animal>)(a => (a.AnInt64, a.ASint64, a.ASfixed64, a.Int64Value) = (v, v, v, v))),
        Gen.UInt.Select(v => (Action<Animal>)(a => (a.AUint32, a.AFixed32, a.Uint32Value) = (v, v, v))),
        Gen.ULong.Select(v => (Action<Animal>)(a => (a.AUint64, a.AFixed64, a.Uint64Value) = (v, v, v))),
        Gen.Bool.Select(v => (Action<Animal>)(a => { a.ABool = v; a.MaybeBool = v; a.BoolValue = v; a.ByBool[v] = !v; a.Bools.Add(v); })),
        _text.Select(v => (Action<Animal>)(a => { a.AString = v; a.MaybeString = v; a.StringValue = v; a.Renamed = v; a.LeadingUnderscore = v; a.ByString[v] = v; a.Strings.Add(v); })),
        _bytes.Select(v => (Action<Animal>)(a => { a.ABytes = v; a.MaybeBytes = v; a.BytesValue = v; a.BytesByName["k"] = v; a.BytesList.Add(v); })),
        _color.Select(v => (Action<Animal>)(a => { a.Color = v; a.MaybeColor = v; a.ColorsByName["k"] = v; a.Colors.Add(v); })),
        Gen.Int.Array[1, 60].Select(v => (Action<Animal>)(a => { a.Int32S.Add(v); a.Sint32S.Add(v); a.Sfixed32S.Add(v); a.UnpackedInt32S.Add(v); foreach (var i in v) a.ByInt32[i] = a.BySint32[i] = a.BySfixed32[i] = i; })),
        Gen.Long.Array[1, 60].Select(v => (Action<Animal>)(a => { a.Int64S.Add(v); a.Sint64S.Add(v); a.Sfixed64S.Add(v); foreach (var i in v) a.ByInt64[i] = a.BySint64[i] = a.BySfixed64[i] = i; })),
        Gen.UInt.Array[1, 9].Select(v => (Action<Animal>)(a => { a.Uint32S.Add(v); a.Fixed32S.Add(v); foreach (var i in v) a.ByUint32[i] = a.ByFixed32[i] = i; })),
        Gen.ULong.Array[1, 9].Select(v => (Action<Animal>)(a => { a.Uint64S.Add(v); a.Fixed64S.Add(v); foreach (var i in v) a.ByUint64[i] = a.ByFixed64[i] = i; })),
        Gen.Double.Array[1, 9].Select(v => (Action<Animal>)(a => { a.Doubles.Add(v); a.DoublesByName["k"] = v[0]; })),
        Gen.Float.Array[1, 9].Select(v => (Action<Animal>)(a => a.Floats.Add(v))),
        _time.Select(v => (Action<Animal>)(a => { a.Timestamp = v; a.ChoiceTime = v; a.TimesByName["k"] = v; a.Timestamps.Add(v); a.Any = Any.Pack(v); })),
        Gen.Select(Gen.Long[0, 315576000000 - 1], Gen.Int[0, 999999999], Gen.Bool).Select((s, n, minus) => (Action<Animal>)(a =>
            a.Durations.Add(a.Duration = new Duration { Seconds = minus ? -s : s, Nanos = minus ? -n : n }))),
        Gen.Select(_text, Gen.Double[-1e9, 1e9]).Select((t, d) => (Action<Animal>)(a =>
        {
            a.Struct = new Struct { Fields = { ["x"] = Value.ForString(t), ["y"] = Value.ForList(Value.ForNumber(d), Value.ForNull(), Value.ForBool(true)) } };
            a.Value = Value.ForStruct(a.Struct);
            a.ListValue = new ListValue { Values = { a.Value, Value.ForNull() } };
            a.ChoiceValue = Value.ForNull();
            a.ValuesByName["n"] = Value.ForNull();
            a.Any = Any.Pack(a.Struct);
        })),
        Gen.Const((Action<Animal>)(a => { a.FieldMask = new FieldMask { Paths = { "a_bool", "child.an_int32" } }; a.Empty = new Empty(); a.ChoiceNull = NullValue.NullValue; })));

    private static readonly Gen<Animal> _animal = Gen.Select(_part.Array[0, 8], _part.Array[0, 4]).Select((parts, inner) =>
    {
        var child = new Animal();
        foreach (var part in inner)
            part(child);
        var animal = new Animal { Child = child, Children = { child, new Animal() }, AnimalsByName = { ["child"] = child } };
        foreach (var part in parts)
            part(animal);
        animal.Anys.Add(Any.Pack(child));
        return animal;
    });

    [Fact]
    public void What_googles_formatter_writes_comes_back_the_same()
    {
        var plan = ZooPlans.Plan(ZooPlans.Animal);
        var formatter = new JsonFormatter(JsonFormatter.Settings.Default.WithTypeRegistry(TypeRegistry.FromFiles(ZooReflection.Descriptor)));
        _animal.Sample(
            animal =>
            {
                var (bytes, error) = plan.Parse(formatter.Format(animal));
                Assert.Null(error);
                var read = Animal.Parser.ParseFrom(bytes);
                // An Any compares as bytes, and writers are free to write a default in a map entry or to leave it out: only what it holds must be the same.
                foreach (var any in read.Anys)
                    any.Value = any.Unpack<Animal>().ToByteString();
                Assert.Equal(animal, read);
            },
            iter: 2000);
    }

    [Fact]
    public void Split_input_reads_like_one_piece()
    {
        var json = System.Text.Encoding.UTF8.GetBytes("""{"aString":"split","int32s":[1,2,3]}""");
        for (var at = 1; at < json.Length; at++)
        {
            var output = new ArrayBufferWriter<byte>();
            Assert.Null(ZooPlans.Plan(ZooPlans.Animal).Parse(Segments.Split(json, at), output));
            Assert.Equal(new Animal { AString = "split", Int32S = { 1, 2, 3 } }, Animal.Parser.ParseFrom(output.WrittenSpan));
        }
    }

    private sealed class Segments : ReadOnlySequenceSegment<byte>
    {
        public static ReadOnlySequence<byte> Split(byte[] bytes, int at)
        {
            var tail = new Segments { Memory = bytes.AsMemory(at), RunningIndex = at };
            var head = new Segments { Memory = bytes.AsMemory(0, at), Next = tail };
            return new ReadOnlySequence<byte>(head, 0, tail, bytes.Length - at);
        }
    }
}
