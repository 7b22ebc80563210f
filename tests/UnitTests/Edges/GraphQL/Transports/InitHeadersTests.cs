using System.Text;
using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.GraphQL.Transports;
using ProtocolGateway.Edges.GraphQL.Transports.Sockets;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>Which members of connection_init's payload become headers.</summary>
public sealed class InitHeadersTests
{
    private static readonly IReadOnlyList<string> _usual = new GraphTransportOptions().InitHeaders;

    [Fact]
    public void Only_allowed_names_are_headers_at_the_top_and_in_headers()
    {
        var headers = new HeaderDictionary { ["Authorization"] = "old", ["Host"] = "api.example" };
        var problem = InitHeaders.Apply(
            """
            {"Authorization":"Bearer x","n":1,"o":{"x-api-key":"no"},"headers":{"X-API-Key":"k","X-Forwarded-For":"1.2.3.4","x-user-id":"root","baggage":["x"],"headers":{"accept-language":"no"}},
            "host":"evil","cookie":"a=b","bad name":"x","x-real-ip":"1.2.3.4","grpc-metadata-admin":"1","tracestate":null}
            """u8,
            _usual,
            headers);
        Assert.Null(problem);
        Assert.Equal(["Authorization: Bearer x", "Host: api.example", "X-API-Key: k"], headers.Select(h => $"{h.Key}: {h.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Configuration_says_the_names_but_those_of_the_connection_stay_out()
    {
        var headers = new HeaderDictionary();
        Assert.Null(InitHeaders.Apply(
            """{"x-tenant":"t","authorization":"no","Host":"evil","x-forwarded-for":"1","sec-websocket-key":"k","content-length":"7"}"""u8,
            ["X-Tenant", "host", "x-forwarded-for", "sec-websocket-key", "content-length"],
            headers));
        Assert.Equal("x-tenant", Assert.Single(headers).Key);
    }

    [Theory]
    [InlineData("""{"authorization":"a\r\nb"}""", "authorization")]
    [InlineData("""{"authorization":"\u0000"}""", "authorization")]
    [InlineData("""{"authorization":"\u4e2d"}""", "authorization")]
    [InlineData("""{"authorization":"\ud800"}""", "surrogate")]
    [InlineData("""{"\udc00":"x"}""", "surrogate")]
    public void What_no_header_can_hold_is_refused(string payload, string why)
    {
        var headers = new HeaderDictionary();
        Assert.Contains(why, InitHeaders.Apply(Encoding.UTF8.GetBytes($$"""{"x-api-key":"k","headers":{{payload}}}"""), _usual, headers), StringComparison.Ordinal);
        Assert.Empty(headers);
    }

    [Fact]
    public void What_is_no_header_may_hold_anything()
    {
        var headers = new HeaderDictionary();
        Assert.Null(InitHeaders.Apply("""{"note":"\ud800","x":[{"y":[1]}],"authorization":"a"}"""u8, _usual, headers));
        Assert.Equal("a", headers["Authorization"]);
        Assert.Null(InitHeaders.Apply([], _usual, headers));
    }

    [Fact]
    public void Depth_count_and_size_are_bounded()
    {
        var deep = new string('[', 100) + new string(']', 100);
        Assert.Contains("64 deep", Apply($$"""{"x":{{deep}}}"""), StringComparison.Ordinal);
        var one = "\"baggage\":\"a\"";
        Assert.Null(Apply($"{{{string.Join(',', Enumerable.Repeat(one, 32))}}}"));
        Assert.Contains("more headers", Apply($"{{{string.Join(',', Enumerable.Repeat(one, 33))}}}"), StringComparison.Ordinal);
        Assert.Null(Apply($$"""{"baggage":"{{new string('a', 16_000)}}"}"""));
        Assert.Contains("more headers", Apply($$"""{"baggage":"{{new string('a', 9000)}}","headers":{"authorization":"{{new string('a', 9000)}}"} }"""), StringComparison.Ordinal);
    }

    private static string? Apply(string payload) => InitHeaders.Apply(Encoding.UTF8.GetBytes(payload), _usual, new HeaderDictionary());
}
