using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using CsCheck;
using ProtocolGateway.Edges;
using Xunit;

namespace UnitTests.Edges;

/// <summary>The check of foreign JSON, beside the platform's reader.</summary>
public sealed class JsonCheckTests
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"\\u00e9\"", "\"\\ud800\"", "\"\\x\"", "\"é\"", "\\", " ", "\n", "\t", "0", "-0", "01", "1.5", "1.", ".5", "-", "1e5", "1E+5", "1e", "true", "false", "null",
        "nul", "\"a\":1", "[1,2]", "{\"a\":{}}", "\u0001", "/", "//", "NaN",
    ];

    [Fact]
    public void The_verdict_is_that_of_the_platforms_reader() => Gen.Int[0, Pieces.Length - 1].Select(static i => Pieces[i]).Array[0, 14].Sample(
        static pieces =>
        {
            var json = Encoding.UTF8.GetBytes(string.Concat(pieces));
            return (JsonCheck.Check(json) is null) == IsJson(json);
        },
        iter: 200_000);

    [Fact]
    public void A_damaged_answer_is_judged_as_by_the_platforms_reader()
    {
        var sound = Encoding.UTF8.GetBytes("""{"items":[{"id":1,"name":"a\"b","at":null,"deep":[[],[{}],{"x":[1.5e-3,-0,true]}]}, {"id":2 , "name":"" }],"next":"é"}""");
        Gen.Select(Gen.Int[0, sound.Length - 1], Gen.Byte).Sample(
            damage =>
            {
                var json = sound.ToArray();
                json[damage.Item1] = damage.Item2;
                return (JsonCheck.Check(json) is null) == IsJson(json);
            },
            iter: 100_000);
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void Nesting_has_an_end(int depth, bool good) =>
        Assert.Equal(good, JsonCheck.Check(Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth))) is null);

    [Theory]
    [InlineData("{\"a\":1,\n \"b\":x}", "not JSON at line 2, byte 6")]
    [InlineData("[1,]", "not JSON at line 1, byte 4")]
    [InlineData("<html>", "not JSON at line 1, byte 1")]
    [InlineData("{\"a\":\"b", "not JSON at line 1, byte 8")]
    [InlineData(" ", "empty")]
    public void The_place_is_told_and_nothing_of_the_text(string json, string problem) => Assert.Equal(problem, JsonCheck.Check(Encoding.UTF8.GetBytes(json)));

    private static bool IsJson(byte[] json)
    {
        if (!Utf8.IsValid(json))
            return false;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 128 });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
