using Microsoft.AspNetCore.Http;
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

    [Theory]
    [InlineData(null, "api.example", true)]
    [InlineData("https://api.example", "api.example", true)]
    [InlineData("http://api.example:8080", "api.example:8080", true)]
    // A proxy before the gateway ends TLS.
    [InlineData("https://API.example", "api.example", true)]
    [InlineData("https://app.example", "api.example", true)]
    [InlineData("https://evil.example", "api.example", false)]
    [InlineData("https://api.example:444", "api.example", false)]
    [InlineData("http://api.example", "api.example:8080", false)]
    [InlineData("https://api.example.evil.example", "api.example", false)]
    // A sandboxed frame or a file.
    [InlineData("null", "api.example", false)]
    [InlineData("", "api.example", false)]
    public void A_socket_of_a_foreign_page_is_refused(string? origin, string host, bool allowed)
    {
        var context = new DefaultHttpContext();
        context.Request.Host = new(host);
        if (origin is not null)
            context.Request.Headers.Origin = origin;
        Assert.Equal(allowed, new AllowedOrigins(["https://app.example"]).AllowsSocket(context.Request));
    }

    [Fact]
    public void A_star_lets_sockets_of_every_page_in()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Origin = "https://evil.example";
        Assert.True(new AllowedOrigins(["*"]).AllowsSocket(context.Request));
    }
}
