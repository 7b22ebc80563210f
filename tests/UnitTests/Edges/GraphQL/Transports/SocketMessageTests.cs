using System.Text;
using ProtocolGateway.Edges.GraphQL.Transports.Sockets;
using Xunit;

namespace UnitTests.Edges.GraphQL.Transports;

public sealed class SocketMessageTests
{
    [Theory]
    [InlineData("""{"type":"connection_init"}""", "ConnectionInit", "", "")]
    [InlineData("""{"type":"connection_init","payload":null}""", "ConnectionInit", "", "")]
    [InlineData("""{ "payload" : {"a":[1,{}]} , "type" : "ping" }""", "Ping", "", """{"a":[1,{}]}""")]
    [InlineData("""{"type":"pong"}""", "Pong", "", "")]
    [InlineData("""{"id":"1","type":"subscribe","payload":{"query":"{a}"}}""", "Subscribe", "1", """{"query":"{a}"}""")]
    [InlineData("""{"id":"a\u0062\"","type":"complete","more":[1]}""", "Complete", "ab\"", "")]
    public void A_message_is_taken_apart(string text, string kind, string id, string payload)
    {
        Assert.Null(SocketMessage.TryRead(Encoding.UTF8.GetBytes(text), out var message));
        Assert.Equal((kind, id, payload), (message.Kind.ToString(), message.Id, Encoding.UTF8.GetString(message.Payload.Span)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("\"ping\"")]
    [InlineData("""{"type":"ping"} x""")]
    [InlineData("{\"type\":\"ping\"")]
    [InlineData("""{}""")]
    [InlineData("""{"type":7}""")]
    [InlineData("""{"type":"start","id":"1"}""")]
    [InlineData("""{"type":"next","id":"1","payload":{}}""")]
    [InlineData("""{"type":"connection_ack"}""")]
    [InlineData("""{"type":"ping","payload":"x"}""")]
    [InlineData("""{"type":"connection_init","payload":[]}""")]
    [InlineData("""{"type":"subscribe","payload":{"query":"{a}"}}""")]
    [InlineData("""{"type":"subscribe","id":"","payload":{"query":"{a}"}}""")]
    [InlineData("""{"type":"subscribe","id":1,"payload":{"query":"{a}"}}""")]
    [InlineData("""{"type":"subscribe","id":"1"}""")]
    [InlineData("""{"type":"complete"}""")]
    [InlineData("""{"type":"complete","id":"\ud800"}""")]
    public void Anything_else_is_refused_with_a_reason(string text) =>
        Assert.False(string.IsNullOrEmpty(SocketMessage.TryRead(Encoding.UTF8.GetBytes(text), out _)));

    [Fact]
    public void Bytes_that_are_no_utf8_are_refused() => Assert.NotNull(SocketMessage.TryRead(new byte[] { (byte)'"', 0xC3, (byte)'"' }, out _));

    [Fact]
    public void Depth_is_bounded() => Assert.NotNull(SocketMessage.TryRead(Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 100_000)), out _));

    [Theory]
    [InlineData("short", "Subscriber for short already exists")]
    [InlineData("ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ", "Subscriber for ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ...")]
    public void A_reason_fits_a_close_frame(string id, string reason)
    {
        Assert.Equal(reason, GraphCloses.Duplicate(id).Reason);
        Assert.True(Encoding.UTF8.GetByteCount(reason) <= 123);
    }
}
