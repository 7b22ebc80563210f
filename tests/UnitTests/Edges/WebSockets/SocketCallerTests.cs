using Microsoft.AspNetCore.Http;
using ProtocolGateway.Edges.WebSockets;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>What a caller's calls bring along: of the handshake, of the session and of the call.</summary>
public sealed class SocketCallerTests
{
    private readonly DefaultHttpContext _context = new();

    [Fact]
    public void The_later_word_counts_and_what_the_gateway_says_itself_is_no_clients()
    {
        _context.Request.Headers["x-tenant"] = "opened";
        _context.Request.Headers.Origin = "https://a";
        _context.Request.Headers["Sec-WebSocket-Key"] = "k";
        _context.Request.Headers["x-kept"] = "kept";
        var caller = new SocketCaller(_context);
        Assert.Null(caller.Take([new("X-Tenant", "said"), new("x-forwarded-for", "1.2.3.4"), new("te", "trailers"), new("many", "1"), new("many", "2")]));
        Assert.Equal("said", caller.Headers.Find("x-tenant"));
        Assert.Equal("kept", caller.Headers.Find("x-kept"));
        Assert.Null(caller.Headers.Find("origin"));
        Assert.Null(caller.Headers.Find("te"));
        Assert.NotEqual("1.2.3.4", caller.Headers.Find("x-forwarded-for"));
        Assert.Equal(["1", "2"], caller.Headers.Items.ToArray().Where(static h => h.Key == "many").Select(static h => h.Value));
    }

    [Theory]
    [InlineData("a b", "c")]
    [InlineData("", "c")]
    [InlineData("a", "c\r\nd: e")]
    [InlineData("a", "é")]
    [InlineData("a-bin", "not base64!")]
    public void What_metadata_cannot_be_is_refused(string name, string value) => Assert.Equal("INVALID_INPUT", new SocketCaller(_context).Take([new(name, value)])?.Reason);

    [Fact]
    public void No_client_can_make_its_metadata_grow_without_end()
    {
        var caller = new SocketCaller(_context);
        Assert.NotNull(caller.Take([.. Enumerable.Range(0, 65).Select(static i => KeyValuePair.Create("a" + i, ""))]));
        Assert.NotNull(new SocketCaller(_context).Take([new("a", new string('x', 31 * 1024))]));
        string? wrong = null;
        for (var i = 0; i < 1000 && wrong is null; i++)
            wrong = caller.Take([new("b" + i, "0123456789")])?.Message;
        Assert.Contains("more than 30720 bytes", wrong, StringComparison.Ordinal);
        Assert.True(caller.Headers.Count < 1000);
    }
}
