using Microsoft.Extensions.Primitives;
using ProtocolGateway.Edges.Grpc;
using Xunit;

namespace UnitTests.Edges.Grpc;

/// <summary>Whether a client takes gzip (RFC 9110, section 12.5.3).</summary>
public sealed class CompressedMessageTests
{
    [Theory]
    [InlineData("gzip", true)]
    [InlineData("br, gzip;q=0.5", true)]
    [InlineData("GZIP", true)]
    [InlineData("*", true)]
    [InlineData("*;q=0.1, identity;q=0", true)]
    [InlineData("gzip;q=0.5, identity;q=0.5", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("gzip;q=0, *", false)]
    [InlineData("gzip;q=0.1, identity", false)]
    [InlineData("br", false)]
    [InlineData("identity", false)]
    [InlineData("gzip;q=x", false)]
    [InlineData("", false)]
    public void The_list_decides(string accepted, bool taken) => Assert.Equal(taken, CompressedMessage.IsTaken(accepted));

    [Fact]
    public void Lines_are_one_list_and_none_takes_nothing()
    {
        Assert.True(CompressedMessage.IsTaken(new StringValues(["br", "gzip"])));
        Assert.False(CompressedMessage.IsTaken(default));
    }
}
