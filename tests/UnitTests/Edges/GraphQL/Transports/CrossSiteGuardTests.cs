using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.GraphQL.Transports;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

public sealed class CrossSiteGuardTests
{
    private const string Browser = "Mozilla/5.0 (X11; Linux x86_64)";

    [Theory]
    // curl, servers, apps.
    [InlineData("", true)]
    [InlineData("User-Agent: curl/8.5.0", true)]
    // The address bar, and the gateway's own pages.
    [InlineData("Sec-Fetch-Site: none|Cookie: a=b", true)]
    [InlineData("Sec-Fetch-Site: same-origin|User-Agent: " + Browser, true)]
    // Pages of others: only what a browser has asked about before.
    [InlineData("Sec-Fetch-Site: cross-site", false)]
    [InlineData("Sec-Fetch-Site: same-site", false)]
    [InlineData("Sec-Fetch-Site: anything", false)]
    [InlineData("Sec-Fetch-Site: cross-site|GraphQL-Require-Preflight: 1", true)]
    [InlineData("Sec-Fetch-Site: cross-site|Apollo-Require-Preflight: true", true)]
    [InlineData("Sec-Fetch-Site: cross-site|x-apollo-operation-name: Q", true)]
    [InlineData("Sec-Fetch-Site: cross-site|Content-Type: application/json", true)]
    [InlineData("Sec-Fetch-Site: cross-site|Content-Type: text/plain; charset=utf-8", false)]
    [InlineData("Sec-Fetch-Site: cross-site|Content-Type: Multipart/Form-Data; boundary=x", false)]
    [InlineData("Sec-Fetch-Site: cross-site|Content-Type: application/x-www-form-urlencoded", false)]
    [InlineData("Sec-Fetch-Site: cross-site|Content-Type: nonsense", false)]
    [InlineData("Sec-Fetch-Site: cross-site|Origin: https://app.example", true)]
    [InlineData("Sec-Fetch-Site: cross-site|Origin: https://evil.example", false)]
    [InlineData("Sec-Fetch-Site: cross-site|Origin: https://app.example.evil.example", false)]
    // Browsers contradict each other never, so this one is a forgery of some kind.
    [InlineData("Sec-Fetch-Site: cross-site|Origin: https://api.example", false)]
    // Old browsers, and all of them over plain HTTP, do not say the site.
    [InlineData("User-Agent: " + Browser, false)]
    [InlineData("Cookie: session=1", false)]
    [InlineData("Origin: https://evil.example", false)]
    [InlineData("Origin: null", false)]
    [InlineData("Referer: https://evil.example/api.example", false)]
    [InlineData("Referer: nonsense", false)]
    [InlineData("Cookie: session=1|Referer: https://evil.example/|GraphQL-Require-Preflight: 1", true)]
    [InlineData("User-Agent: " + Browser + "|Content-Type: application/json", true)]
    [InlineData("User-Agent: " + Browser + "|Referer: http://api.example/graphql", true)]
    [InlineData("User-Agent: " + Browser + "|Referer: https://app.example/page", true)]
    [InlineData("User-Agent: " + Browser + "|Origin: https://api.example", true)]
    [InlineData("User-Agent: " + Browser + "|Origin: https://app.example", true)]
    [InlineData("Referer: http://api.example:81/graphql", false)]
    public void A_get_that_a_page_of_another_site_may_have_sent_is_refused(string sent, bool allowed)
    {
        var headers = new HeaderDictionary { ["Host"] = "api.example" };
        foreach (var header in sent.Split('|', StringSplitOptions.RemoveEmptyEntries))
            headers[header[..header.IndexOf(':')]] = header[(header.IndexOf(':') + 2)..];
        Assert.Equal(allowed, new CrossSiteGuard(new(["https://app.example/"])).AllowsGet(headers));
    }

    [Fact]
    public void A_word_that_is_there_twice_is_none()
    {
        var headers = new HeaderDictionary { ["Sec-Fetch-Site"] = new(["same-origin", "cross-site"]) };
        Assert.False(new CrossSiteGuard(new([])).AllowsGet(headers));
    }

    [Fact]
    public void The_refusal_names_no_key_of_the_configuration() =>
        Assert.DoesNotContain("edges.", TransportErrors.CrossSite().Message, StringComparison.Ordinal);

    [Fact]
    public void A_star_allows_every_page()
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Origin = "https://evil.example";
        context.Request.Headers["Sec-Fetch-Site"] = "cross-site";
        var guard = new CrossSiteGuard(new(["*"]));
        Assert.True(guard.AllowsGet(context.Request.Headers));
    }
}
