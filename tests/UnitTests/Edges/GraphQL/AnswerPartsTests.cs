using System.Buffers;
using System.Globalization;
using System.Text;
using ProtocolGateway.Edges;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Schema;
using Xunit;

namespace UnitTests.Edges.GraphQL;

/// <summary>The parts that carry a backend's JSON to the answer, each on its own.</summary>
public sealed class AnswerPartsTests
{
    [Theory]
    [InlineData(GraphScalar.Int, "-2147483648", "-2147483648")]
    [InlineData(GraphScalar.Int, "2147483648", null)]
    [InlineData(GraphScalar.Int, "1.5", null)]
    [InlineData(GraphScalar.Int, "5.0", "5")]
    [InlineData(GraphScalar.Int, "-1.5e1", "-15")]
    [InlineData(GraphScalar.Int, "-0.0", "0")]
    [InlineData(GraphScalar.Int, "1e10", null)]
    [InlineData(GraphScalar.Int, "1e-1", null)]
    [InlineData(GraphScalar.Int, "1e400", null)]
    [InlineData(GraphScalar.Int, "true", null)]
    [InlineData(GraphScalar.UInt32, "-1.0", null)]
    [InlineData(GraphScalar.Int64, "1E3", "\"1000\"")]
    [InlineData(GraphScalar.UInt64, "18446744073709551615.0", "\"18446744073709551615\"")]
    [InlineData(GraphScalar.UInt64, "18446744073709551616.0", null)]
    [InlineData(GraphScalar.Int64, "\"5.0\"", null)]
    [InlineData(GraphScalar.Int64, "9007199254740993", "\"9007199254740993\"")]
    [InlineData(GraphScalar.Int64, "\"9007199254740993\"", "\"9007199254740993\"")]
    [InlineData(GraphScalar.Int64, "\"x\"", null)]
    [InlineData(GraphScalar.UInt64, "-1", null)]
    [InlineData(GraphScalar.UInt32, "4294967295", "4294967295")]
    [InlineData(GraphScalar.Float, "1e400", null)]
    [InlineData(GraphScalar.Float, "\"NaN\"", null)]
    [InlineData(GraphScalar.Double, "\"NaN\"", "\"NaN\"")]
    [InlineData(GraphScalar.String, "12", "\"12\"")]
    [InlineData(GraphScalar.String, "{}", null)]
    [InlineData(GraphScalar.Boolean, "\"true\"", null)]
    [InlineData(GraphScalar.Json, "{\"a\":[1]}", "{\"a\":[1]}")]
    public void A_leaf_is_written_where_it_is_of_its_type(GraphScalar scalar, string value, string? expected)
    {
        using var output = new PooledBuffer();
        var done = LeafWriter.TryWrite(new LeafPlan(scalar, null, scalar.ToString()), Encoding.UTF8.GetBytes(value), output);
        Assert.Equal(expected is not null, done);
        Assert.Equal(expected ?? "", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Members_are_found_whatever_stands_between_them()
    {
        var json = """ { "a" : "}\"]" , "b":[{"x":"\\"},[ ] ], "\u0063":null } """u8;
        var at = JsonScan.SkipSpace(json, 0);
        var names = new List<string>();
        var member = at + 1;
        while (JsonScan.NextMember(json, ref member, out var name))
        {
            names.Add(JsonEscapes.ToText(name));
            member = JsonScan.SkipValue(json, member);
        }

        Assert.Equal(["a", "b", "c"], names);
        Assert.Equal(JsonScan.SkipValue(json, at), member);
        Assert.True(JsonScan.IsNull(json, JsonScan.FindMember(json, at, "c"u8)));
        Assert.Equal(-1, JsonScan.FindMember(json, at, "d"u8));
    }

    [Fact]
    public void Keys_are_kept_once_and_in_order()
    {
        using var keys = new KeyTable();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 1000; i++)
            {
                keys.Begin();
                keys.Scratch.Write(Encoding.UTF8.GetBytes(i.ToString(CultureInfo.InvariantCulture)));
                Assert.Equal(i, keys.Add());
            }
        }

        Assert.Equal(1000, keys.Count);
        Assert.Equal(999, keys.Find("999"u8));
        Assert.Equal(-1, keys.Find("1000"u8));
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("{\"a\":1}{", "line 1")]
    [InlineData("", "empty")]
    [InlineData("[1,]", "line 1")]
    public void Foreign_bytes_are_one_JSON_value_or_refused(string json, string? problem)
    {
        var found = JsonCheck.Check(Encoding.UTF8.GetBytes(json));
        if (problem is null)
            Assert.Null(found);
        else
            Assert.Contains(problem, found, StringComparison.Ordinal);
        Assert.Equal("not valid UTF-8", JsonCheck.Check([(byte)'"', 0xC3, (byte)'"']));
    }
}
