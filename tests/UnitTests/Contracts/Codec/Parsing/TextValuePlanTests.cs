using System.Buffers;
using System.Text;
using Google.Protobuf;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Parsing;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.TestKit.Zoo.V1;
using Xunit;

namespace UnitTests.Contracts.Codec.Parsing;

public sealed class TextValuePlanTests
{
    [Theory]
    [InlineData("child.an_int32", "1e2", """{"child":{"aString":"kept","anInt32":100}}""")]
    [InlineData("child.child.color", "COLOR_BLUE", """{"child":{"aString":"kept","child":{"color":"COLOR_BLUE"}}}""")]
    [InlineData("child.color", "2", """{"child":{"aString":"kept","color":"COLOR_BLUE"}}""")]
    [InlineData("child.int32s", "7", """{"child":{"aString":"kept","int32s":[7]}}""")]
    [InlineData("child.a_bytes", "_-8", """{"child":{"aString":"kept","aBytes":"/+8="}}""")]
    [InlineData("child.maybe_bool", "false", """{"child":{"aString":"kept","maybeBool":false}}""")]
    [InlineData("child.timestamp", "1970-01-01T00:00:01Z", """{"child":{"aString":"kept","timestamp":"1970-01-01T00:00:01Z"}}""")]
    [InlineData("child.duration", "-1.5s", """{"child":{"aString":"kept","duration":"-1.5s"}}""")]
    [InlineData("child.field_mask", "aBool,child", """{"child":{"aString":"kept","fieldMask":"aBool,child"}}""")]
    [InlineData("child.string_value", "w", """{"child":{"aString":"kept","stringValue":"w"}}""")]
    [InlineData("child.value", "v", """{"child":{"aString":"kept","value":"v"}}""")]
    public void A_value_merges_into_the_message(string path, string text, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write(new Animal { Child = new Animal { AString = "kept" } }.ToByteArray());
        Assert.Null(Plan(path)!.Write(Encoding.UTF8.GetBytes(text), output));
        Assert.Equal(JsonParser.Default.Parse<Animal>(expected), Animal.Parser.ParseFrom(output.WrittenSpan));
    }

    [Theory]
    [InlineData("an_int32", "+1")]
    [InlineData("an_int32", "")]
    [InlineData("an_int32", "2147483648")]
    [InlineData("a_bool", "True")]
    [InlineData("color", "GREEN")]
    [InlineData("a_bytes", "*")]
    [InlineData("timestamp", "yesterday")]
    [InlineData("child.an_int32", "x")]
    public void Bad_text_is_refused_by_name(string path, string text)
    {
        var output = new ArrayBufferWriter<byte>();
        var error = Plan(path)!.Write(Encoding.UTF8.GetBytes(text), output);
        Assert.NotNull(error);
        Assert.Equal(path.Replace("an_int32", "anInt32").Replace("a_bool", "aBool").Replace("a_bytes", "aBytes"), error.Path);
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void Invalid_utf8_is_refused() =>
        Assert.NotNull(Plan("a_string")!.Write([0xC3, 0x28], new ArrayBufferWriter<byte>()));

    [Theory]
    [InlineData("child")]
    [InlineData("struct")]
    [InlineData("by_string")]
    [InlineData("children.an_int32")]
    public void Paths_without_a_text_form_say_why(string path)
    {
        Assert.Null(TextValuePlan.Compile(Fields(path), CodecOptions.Default, out var whyNot));
        Assert.NotNull(whyNot);
    }

    [Fact]
    public void An_entry_is_added_to_a_map()
    {
        var plan = TextValuePlan.CompileMapEntry(Fields("child.by_bool"), CodecOptions.Default, out _);
        var output = new ArrayBufferWriter<byte>();
        Assert.Null(plan!.Write("true"u8, "false"u8, output));
        Assert.Equal(new Animal { Child = new Animal { ByBool = { [true] = false } } }, Animal.Parser.ParseFrom(output.WrittenSpan));
        Assert.NotNull(plan.Write("1"u8, "false"u8, output));
    }

    private static TextValuePlan? Plan(string path) => TextValuePlan.Compile(Fields(path), CodecOptions.Default, out _);

    private static List<Field> Fields(string path)
    {
        var fields = new List<Field>();
        var type = ZooPlans.Animal;
        foreach (var name in path.Split('.'))
        {
            fields.Add(type.FindField(name)!);
            type = fields[^1].Type as MessageType ?? type;
        }

        return fields;
    }
}
