using ProtocolGateway.Envelope.Calls;
using Xunit;

namespace UnitTests.Envelope;

public sealed class CallHeadersTests
{
    [Theory]
    [InlineData("x-name", "a\r\nset-cookie: b")]
    [InlineData("x-name", "a\nb")]
    [InlineData("x-name", "a\0b")]
    [InlineData("X-Upper", "a")]
    [InlineData("x name", "a")]
    [InlineData("", "a")]
    [InlineData("x:y", "a")]
    public void What_would_break_a_wire_is_not_taken(string name, string value)
    {
        var headers = new CallHeaders();

        Assert.False(headers.TryAdd(name, value));
        Assert.Equal(0, headers.Count);
    }

    [Fact]
    public void More_than_the_first_eight_are_kept_in_order_and_cleared()
    {
        var headers = new CallHeaders();
        for (var i = 0; i < 20; i++)
            Assert.True(headers.TryAdd("x-" + i, i.ToString()));

        Assert.Equal(20, headers.Count);
        Assert.Equal("19", headers.Find("x-19"));
        Assert.Equal("x-7", headers.Items[7].Key);
        headers.Clear();
        Assert.Null(headers.Find("x-1"));
    }

    [Fact]
    public void A_name_is_removed_with_all_its_values()
    {
        var headers = new CallHeaders();
        foreach (var name in (string[])["a", "b", "a", "c", "a"])
            headers.TryAdd(name, "1");
        headers.Remove("a");
        headers.Remove("d");
        Assert.Equal(["b", "c"], headers.Items.ToArray().Select(static h => h.Key));
    }

    [Theory]
    [InlineData("grpc-status", true)]
    [InlineData("x-gateway-caller", true)]
    [InlineData("grpcgateway-user", true)]
    [InlineData("authorization", false)]
    public void Names_that_only_the_gateway_sets_are_known(string name, bool isInternal) => Assert.Equal(isInternal, HeaderNames.IsInternal(name));

    [Theory]
    [InlineData("connection", true)]
    [InlineData(":path", true)]
    [InlineData("te", true)]
    [InlineData("accept", false)]
    public void Headers_of_one_connection_are_known(string name, bool hop) => Assert.Equal(hop, HeaderNames.IsHopByHop(name));
}
