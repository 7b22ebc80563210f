using System.Buffers;
using System.Text;
using Google.Protobuf;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Parsing;
using ProtocolGateway.TestKit.Zoo.V1;
using Xunit;

namespace UnitTests.Contracts.Codec.Parsing;

public sealed class JsonParsePlanTests
{
    [Theory]
    [InlineData("""{"anInt32":1.0,"an_int64":"1e2","aUint64":18446744073709551615,"aSint32":-2147483648}""")]
    [InlineData("""{"aUint64":"18446744073709551615","anInt64":100,"aSint32":"-2147483648","anInt32":10e-1}""")]
    public void Whole_numbers_take_every_spelling(string json)
    {
        var animal = ZooPlans.ParseAnimal(json);
        Assert.Equal(new Animal { AnInt32 = 1, AnInt64 = 100, AUint64 = ulong.MaxValue, ASint32 = int.MinValue }, animal);
    }

    [Theory]
    [InlineData("""{"anInt32":+1}""")]
    [InlineData("""{"anInt32":01}""")]
    [InlineData("""{"anInt32":1.}""")]
    [InlineData("""{"anInt32":.5}""")]
    [InlineData("""{"anInt32":-}""")]
    [InlineData("""{"anInt32":1.5}""")]
    [InlineData("""{"anInt32":1e}""")]
    [InlineData("""{"anInt32":2147483648}""")]
    [InlineData("""{"anInt32":" 1"}""")]
    [InlineData("""{"anInt32":""}""")]
    [InlineData("""{"anInt32":true}""")]
    [InlineData("""{"aUint32":-1}""")]
    [InlineData("""{"aUint64":18446744073709551616}""")]
    [InlineData("""{"aUint64":18446744073709551619003}""")]
    [InlineData("""{"aDouble":1.8e308}""")]
    [InlineData("""{"aDouble":NaN}""")]
    [InlineData("""{"aFloat":3.5e38}""")]
    [InlineData("""{"aBool":"true"}""")]
    [InlineData("""{"aBool":1}""")]
    [InlineData("""{"aString":1}""")]
    [InlineData("""{"aBytes":"A"}""")]
    [InlineData("""{"aBytes":"A=AA"}""")]
    [InlineData("""{"color":"COLOR_GREEN"}""")]
    [InlineData("""{"color":"1"}""")]
    [InlineData("""{"timestamp":"1970-02-30T00:00:00Z"}""")]
    [InlineData("""{"timestamp":"0001-01-01T00:00:00+00:01"}""")]
    [InlineData("""{"timestamp":"1970-01-01T00:00:00.0000000000Z"}""")]
    [InlineData("""{"duration":"315576000001s"}""")]
    [InlineData("""{"fieldMask":"a_b"}""")]
    [InlineData("""{"value":1e999}""")]
    [InlineData("""{"aString":"a","a_string":"b"}""")]
    [InlineData("""{"choiceInt32":1,"choiceString":"x"}""")]
    [InlineData("""{"byInt32":{"1":1,"1.0":2}}""")]
    [InlineData("""{"struct":{"a":1,"\u0061":2}}""")]
    [InlineData("""{"aString":"\uD800"}""")]
    [InlineData("""{"aString":"\uDC00\uD800"}""")]
    [InlineData("{\"aString\":\"a\nb\"}")]
    [InlineData("""{"aString":"\x"}""")]
    [InlineData("""{"aString":"open""")]
    [InlineData("""{"aString":"a"} x""")]
    [InlineData("""{"aString":"a",}""")]
    [InlineData("""{"aString" "a"}""")]
    [InlineData("""{"any":{"@type":"","value":""}}""")]
    [InlineData("""{"any":{"@type":"x/zoo.v1.Animal","@type":"x/zoo.v1.Animal"}}""")]
    [InlineData("""[]""")]
    [InlineData("")]
    [InlineData("null")]
    public void Bad_input_is_refused(string json) => Assert.NotNull(ZooPlans.Plan(ZooPlans.Animal).Parse(json).Error);

    [Theory]
    [InlineData("""{"children":[{},{"child":{"colors":["COLOR_RED",{}]}}]}""", "children[1].child.colors[1]: expected an enum value")]
    [InlineData("""{"animalsByName":{"leo":{"nope":1}}}""", "animalsByName[\"leo\"].nope: unknown field")]
    [InlineData("""{"byInt32":{"x":1}}""", "byInt32[\"x\"]: bad map key")]
    [InlineData("""{"strings":["a",null]}""", "strings[1]: a list must not hold null")]
    [InlineData("""{"any":{"x":1,"@type":"t/zoo.v1.Animal","anInt32":"q"}}""", "any.x: unknown field")]
    [InlineData("""{"any":{"@type":"t/none.Such","a":1}}""", "any: the type none.Such is not in the catalog")]
    public void Errors_name_the_path(string json, string start) =>
        Assert.StartsWith(start, ZooPlans.Plan(ZooPlans.Animal).Parse(json).Error, StringComparison.Ordinal);

    [Fact]
    public void Invalid_utf8_is_refused_where_it_stands()
    {
        var json = Encoding.Latin1.GetBytes("{\"strings\":[\"ok\",\"\xC3\x28\"]}");
        var error = ZooPlans.Plan(ZooPlans.Animal).Parse(json, new ArrayBufferWriter<byte>());
        Assert.Equal("strings[1]: invalid UTF-8 in a string", error?.ToString());
    }

    [Fact]
    public void Depth_is_bounded_at_the_limit_exactly()
    {
        var plan = ZooPlans.Plan(ZooPlans.Animal);
        static string Nested(int levels) => string.Concat(Enumerable.Repeat("{\"child\":", levels - 1)) + "{}" + new string('}', levels - 1);
        Assert.Null(plan.Parse(Nested(100)).Error);
        Assert.Contains("nested deeper than 100", plan.Parse(Nested(101)).Error, StringComparison.Ordinal);
        Assert.NotNull(plan.Parse("{\"value\":" + new string('[', 200_000)).Error);
        Assert.NotNull(ZooPlans.Plan(ZooPlans.Animal, new CodecOptions { IgnoreUnknownFields = true, MaxDepth = int.MaxValue })
            .Parse("{\"x\":" + new string('[', 2_000_000)).Error);
    }

    [Fact]
    public void Ignoring_unknown_things_still_checks_their_syntax()
    {
        var plan = ZooPlans.Plan(ZooPlans.Animal, new CodecOptions { IgnoreUnknownFields = true });
        var (bytes, error) = plan.Parse("""{"x":[{"y":1e5}],"color":"NEW","colors":["NEW","COLOR_RED"],"colorsByName":{"a":"NEW","b":2},"anInt32":7}""");
        Assert.Null(error);
        Assert.Equal(new Animal { AnInt32 = 7, Colors = { Color.Red }, ColorsByName = { ["b"] = Color.Blue } }, Animal.Parser.ParseFrom(bytes));
        Assert.NotNull(plan.Parse("""{"x":[01]}""").Error);
    }

    [Fact]
    public void Large_maps_find_late_duplicates_and_keep_all_keys()
    {
        var entries = Enumerable.Range(0, 5000).Select(i => $"\"{i}\":\"{new string('v', i % 200)}\"").ToList();
        Assert.Equal(5000, ZooPlans.ParseAnimal("{\"byString\":{" + string.Join(',', entries) + "}}").ByString.Count);
        entries.Add("\"130\":\"\"");
        Assert.Contains("twice", ZooPlans.Plan(ZooPlans.Animal).Parse("{\"byString\":{" + string.Join(',', entries) + "}}").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Proto2_requires_groups_and_extensions()
    {
        var plan = ZooPlans.Plan(ZooPlans.Fossil);
        var (bytes, error) = plan.Parse("""{"name":"rex","bone":{"length":3,"notes":["a"]},"tooth":[{"size":1},{}],"[zoo.v1.label]":"T","[zoo.v1.weights]":[1,2],"shade":"SHADE_DARK"}""");
        Assert.Null(error);
        var registry = new ExtensionRegistry { Zoo2Extensions.Label, Zoo2Extensions.Weights };
        var fossil = Fossil.Parser.WithExtensionRegistry(registry).ParseFrom(bytes);
        Assert.Equal((3, 2, "T", Shade.Dark), (fossil.Bone.Length, fossil.Tooth.Count, fossil.GetExtension(Zoo2Extensions.Label), fossil.Shade));
        Assert.Equal([1, 2], fossil.GetExtension(Zoo2Extensions.Weights));
        Assert.Equal("inner.name: required field is missing", plan.Parse("""{"name":"a","inner":{}}""").Error);
        Assert.NotNull(plan.Parse("""{"name":null}""").Error);
        Assert.NotNull(plan.Parse("""{"name":"a","shade":9}""").Error);
    }

    [Fact]
    public void One_field_is_read_with_its_tags()
    {
        var field = ZooPlans.Animal.FindField("byString")!;
        var plan = JsonParsePlan.CompileField(field, CodecOptions.Default, _ => null);
        Assert.Equal(new Animal { ByString = { ["a"] = "b" } }, Animal.Parser.ParseFrom(plan.Parse("""{"a":"b"}""").Bytes));
        Assert.Empty(plan.Parse("null").Bytes);
        Assert.StartsWith("byString[\"a\"]", plan.Parse("""{"a":1}""").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Anys_within_each_other_with_their_types_last_are_passed_over_once()
    {
        var json = "{\"anInt32\":7,\"@type\":\"x/zoo.v1.Animal\"}";
        for (var i = 0; i < 90; i++)
            json = $$"""{"any":{{json}},"aString":"{{i}}","@type":"x/zoo.v1.Animal"}""";
        var any = ZooPlans.ParseAnimal($$"""{"any":{{json}}}""").Any;
        for (var i = 89; i >= 0; i--)
        {
            var animal = any.Unpack<Animal>();
            Assert.Equal($"{i}", animal.AString);
            any = animal.Any;
        }

        Assert.Equal(7, any.Unpack<Animal>().AnInt32);
        Assert.Contains("nested deeper than 100 levels", ZooPlans.Plan(ZooPlans.Animal).Parse(string.Concat(Enumerable.Repeat("{\"any\":", 12)) + json + new string('}', 12)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Passing_over_an_any_keeps_where_the_types_within_it_are()
    {
        var scratch = ParseScratch.Rent();
        var cursor = new JsonCursor("""{"a":[{"b":1,"@type":"x"}],"@type":"y"}"""u8, scratch, new PlanCache(CodecOptions.Default, static _ => null));
        Assert.True(JsonSkipper.Skip(ref cursor, noteTypes: true));
        Assert.True(scratch.TryFindType(6, out var inner));
        Assert.Equal(21, inner);
        Assert.True(scratch.TryFindType(0, out _));
        scratch.Return();
        Assert.False(scratch.TryFindType(6, out _));
    }

    [Fact]
    public void Any_takes_its_type_anywhere_and_keeps_unknown_bytes()
    {
        var any = ZooPlans.ParseAnimal("""{"any":{"anInt32":5,"@type":"type.googleapis.com/zoo.v1.Animal"}}""").Any;
        Assert.Equal(5, any.Unpack<Animal>().AnInt32);
        any = ZooPlans.ParseAnimal("""{"any":{"value":"1.5s","@type":"x/google.protobuf.Duration"}}""").Any;
        Assert.Equal(1, any.Unpack<Google.Protobuf.WellKnownTypes.Duration>().Seconds);
        Assert.Equal(ByteString.CopyFrom(1, 2), ZooPlans.ParseAnimal("""{"any":{"@type":"x/none.Such","value":"AQI"}}""").Any.Value);
    }
}
