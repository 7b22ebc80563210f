using ProtocolGateway.Edges;
using Xunit;

namespace UnitTests.Edges;

public sealed class AllowedOriginsTests
{
    [Theory]
    [InlineData("https://app.example", true)]
    [InlineData("HTTPS://App.Example", true)]
    [InlineData("https://slash.example", true)]
    [InlineData("https://app.example/", false)]
    [InlineData("http://app.example", false)]
    [InlineData("https://app.example:8443", false)]
    [InlineData("https://app.example.evil.example", false)]
    [InlineData("null", false)]
    [InlineData("*", false)]
    [InlineData("", false)]
    public void An_origin_is_allowed_whole_and_in_any_case(string origin, bool allowed)
    {
        var origins = new AllowedOrigins(["https://app.example", "https://slash.example/"]);
        Assert.Equal((allowed, false, false), (origins.Allows(origin), origins.Any, origins.IsEmpty));
    }

    [Fact]
    public void A_star_allows_every_origin_and_no_origins_none()
    {
        var every = new AllowedOrigins(["https://app.example", "*"]);
        Assert.Equal((true, true, false), (every.Allows("https://evil.example"), every.Any, every.IsEmpty));
        var none = new AllowedOrigins([]);
        Assert.Equal((false, false, true), (none.Allows("https://evil.example"), none.Any, none.IsEmpty));
    }
}
