using Google.Protobuf;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.TestKit.Zoo.V1;
using Xunit;

namespace UnitTests.Contracts.Codec.Formatting;

public sealed class BadWireTests
{
    [Theory]
    [InlineData("18", "anInt32 without a value")]
    [InlineData("1880", "a varint cut off")]
    [InlineData("18ffffffffffffffffffff01", "a varint of eleven bytes")]
    [InlineData("0001", "field number 0")]
    [InlineData("1e", "wire type 6")]
    [InlineData("1f", "wire type 7")]
    [InlineData("80808080808001", "a tag of six bytes")]
    [InlineData("ffffffff7f00", "a field number beyond 2^29-1")]
    [InlineData("7205616263", "a length beyond the end")]
    [InlineData("72ffffffffffffffffff01", "a length beyond all")]
    [InlineData("09000000", "a double cut off")]
    [InlineData("8a0203ffffff", "a packed varint cut off")]
    [InlineData("eb070801", "a group without end")]
    [InlineData("eb070801f407", "a group with another's end")]
    [InlineData("1c", "an end without a group")]
    [InlineData("9a03020880", "a map entry cut off")]
    [InlineData("8a010118", "a message cut off")]
    public void RefusesWhatIsNoMessage(string hex, string because) =>
        Assert.True(FormatHarness.Error(FormatHarness.Animal, FormatHarness.Wire(hex)).Message.Length > 0, because);

    [Theory]
    [InlineData("8a0103 7201ff", "child.a_string")]
    [InlineData("fa0200 fa0203 7201ff", "children[1].a_string")]
    [InlineData("8a04080a016b12037201ff", "animals_by_name[\"k\"].a_string")]
    [InlineData("920507 08ffffffffff7f", "timestamp")]
    public void NamesThePath(string hex, string path) =>
        Assert.Equal(path, FormatHarness.Error(FormatHarness.Animal, FormatHarness.Wire(hex)).Path);

    [Fact]
    public void RefusesMissingRequiredFields()
    {
        Assert.Equal("", FormatHarness.Error(FormatHarness.Fossil, []).Path);
        Assert.Equal("inner", FormatHarness.Error(FormatHarness.Fossil, FormatHarness.Wire("0a0178 5200")).Path);
    }

    [Fact]
    public void LimitsTheDepth()
    {
        var animal = new Animal();
        for (var i = 0; i < 4; i++)
            animal = new Animal { Child = animal };
        Assert.Equal("""{"child":{"child":{"child":{"child":{}}}}}""", FormatHarness.Json(animal, new CodecOptions { MaxDepth = 5 }));
        Assert.Contains("deeper than 4", FormatHarness.Error(FormatHarness.Animal, animal.ToByteArray(), new CodecOptions { MaxDepth = 4 }).Message, StringComparison.Ordinal);
    }
}
