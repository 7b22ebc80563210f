using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.GraphQL.Transports;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

public sealed class CrossSiteGuardTests
{
    [Theory]
    // curl, servers, apps.
    [InlineData(null, null, null, true)]
    // The address bar, and the gateway's own pages.
    [InlineData("none", null, null, true)]
    [InlineData("same-origin", null, null, true)]
    // Pages of others: only what a browser has asked about before.
    [InlineData("cross-site", null, null, false)]
    [InlineData("same-site", null, null, false)]
    [InlineData("cross-site", "GraphQL-Require-Preflight", null, true)]
    [InlineData("cross-site", "Apollo-Require-Preflight", null, true)]
    [InlineData("cross-site", "x-apollo-operation-name", null, true)]
    [InlineData("cross-site", null, "https://app.example", true)]
    [InlineData("cross-site", null, "https://evil.example", false)]
    public void A_get_that_the_browser_calls_cross_site_is_refused(string? site, string? header, string? origin, bool allowed)
    {
        var headers = new HeaderDictionary();
        if (site is not null)
            headers["Sec-Fetch-Site"] = site;
        if (header is not null)
            headers[header] = "1";
        if (origin is not null)
            headers["Origin"] = origin;
        Assert.Equal(allowed, new CrossSiteGuard(["https://app.example/"]).AllowsGet(headers));
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
        Assert.Equal(allowed, new CrossSiteGuard(["https://app.example"]).AllowsSocket(context.Request));
    }

    [Fact]
    public void A_star_allows_every_page()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Origin = "https://evil.example";
        context.Request.Headers["Sec-Fetch-Site"] = "cross-site";
        var guard = new CrossSiteGuard(["*"]);
        Assert.True(guard.AllowsSocket(context.Request));
        Assert.True(guard.AllowsGet(context.Request.Headers));
    }
}
