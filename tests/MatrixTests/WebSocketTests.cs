using System.Text;
using System.Text.Json;
using Google.Protobuf;
using MatrixTests.Clients;
using ProtocolGateway.TestKit.Matrix;
using Xunit;

namespace MatrixTests;

/// <summary>WebSocket (multiplexed, JSON) x gRPC on real sockets: every shape, and what the backend received.</summary>
public sealed class WebSocketTests(Fixture fixture) : MatrixTest(fixture)
{
    [Fact]
    public async Task A_unary_call_brings_message_metadata_and_deadline_and_takes_back_all_three()
    {
        using var socket = await OpenAsync(("x-tenant", "blue"), ("x-other", "opened"));
        await socket.SendAsync("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Say","timeout":"30s","metadata":{"x-other":"called","key-bin":"AP8H"},"message":{"name":"é","number":"1152921504606846976","tags":["a"],"at":"1970-01-01T00:00:05Z"},"end":true}""");
        AssertJson("""{"type":"head","id":1,"metadata":{"x-answer":"yes"}}""", await socket.ReceiveAsync());
        AssertJson("""{"type":"complete","id":1,"message":{"text":"hello é","number":"1152921504606846976","tags":["a"],"at":"1970-01-01T00:00:05Z"},"trailers":{"x-late":"too"}}""", await socket.ReceiveAsync());

        var received = Assert.Single(_fixture.Backend.Calls);
        Assert.Equal("é", ((SayRequest)Assert.Single(received.Messages)).Name);
        Assert.Equal("blue", received.Headers.GetValue("x-tenant"));
        Assert.Equal("called", Assert.Single(received.Headers.GetAll("x-other")).Value);
        Assert.Equal([0, 255, 7], received.Headers.GetValueBytes("key-bin"));
        Assert.DoesNotContain(received.Headers, static h => h.Key.StartsWith("sec-", StringComparison.Ordinal));
        Assert.InRange((received.Deadline - DateTime.UtcNow).TotalSeconds, 0, 30);
    }

    [Fact]
    public async Task A_server_stream_comes_as_fast_as_its_client_grants()
    {
        using var socket = await OpenAsync();
        await socket.SendAsync("""{"type":"open","id":1,"operation":"matrix.v1.Matrix.Count","message":{"to":5},"credit":2}""");
        for (var i = 1; i <= 2; i++)
            AssertJson($$$"""{"type":"message","id":1,"message":{"text":"n{{{i}}}","number":"{{{i}}}"}}""", await socket.ReceiveAsync());
        // Nothing of it comes now, though another call is answered.
        await socket.SendAsync("""{"type":"open","id":2,"operation":"matrix.v1.Matrix/Plain","message":{}}""");
        Assert.Contains("\"id\":2", await socket.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Contains("\"id\":2", await socket.ReceiveAsync(), StringComparison.Ordinal);
        await socket.SendAsync("""{"type":"credit","id":1,"messages":10}""");
        for (var i = 3; i <= 5; i++)
            AssertJson($$$"""{"type":"message","id":1,"message":{"text":"n{{{i}}}","number":"{{{i}}}"}}""", await socket.ReceiveAsync());
        AssertJson("""{"type":"complete","id":1,"trailers":{"x-counted":"yes"}}""", await socket.ReceiveAsync());
    }

    [Fact]
    public async Task A_client_stream_arrives_whole_and_in_order_and_credit_comes_back()
    {
        using var socket = await OpenAsync();
        await socket.SendAsync("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Sum","message":{"name":"m0","number":1}}""");
        var granted = 16;
        for (var i = 1; i < 100; i++)
        {
            while (granted == 1)
                granted += Read(await socket.ReceiveAsync()).GetProperty("messages").GetInt32();
            granted--;
            await socket.SendAsync($$$"""{"type":"message","id":1,"message":{"name":"m{{{i}}}","number":1}}""");
        }

        await socket.SendAsync("""{"type":"end","id":1}""");
        JsonElement last;
        while ((last = Read(await socket.ReceiveAsync())).GetProperty("type").GetString() != "complete")
            Assert.Equal("credit", last.GetProperty("type").GetString());
        Assert.Equal("100", last.GetProperty("message").GetProperty("number").GetString());
        Assert.Equal(string.Join(",", Enumerable.Range(0, 100).Select(static i => "m" + i)), last.GetProperty("message").GetProperty("text").GetString());
    }

    [Fact]
    public async Task Many_duplex_calls_speak_in_turn_on_one_socket()
    {
        using var socket = await OpenAsync();
        for (var id = 1; id <= 5; id++)
            await socket.SendAsync($$$"""{"type":"open","id":{{{id}}},"operation":"matrix.v1.Matrix/Echo"}""");
        for (var round = 0; round < 3; round++)
        {
            for (var id = 5; id >= 1; id--)
            {
                await socket.SendAsync($$$"""{"type":"message","id":{{{id}}},"message":{"name":"{{{id}}}-{{{round}}}"}}""");
                AssertJson($$$"""{"type":"message","id":{{{id}}},"message":{"text":"hello {{{id}}}-{{{round}}}"}}""", await socket.ReceiveAsync());
            }
        }

        await socket.SendAsync("""{"type":"end","id":3}""");
        AssertJson("""{"type":"complete","id":3}""", await socket.ReceiveAsync());
    }

    [Fact]
    public async Task A_backends_status_comes_with_what_its_callers_may_know()
    {
        using var socket = await OpenAsync();
        await socket.SendAsync("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Say","message":{"failCode":9}}""");
        var error = Read(await socket.ReceiveAsync());
        Assert.Equal(("error", "FAILED_PRECONDITION", "asked to fail"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
        Assert.Equal("google.rpc.RetryInfo", Assert.Single(error.GetProperty("details").EnumerateArray()).GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_deadline_and_a_cancel_end_the_call_on_both_sides_and_others_go_on()
    {
        using var socket = await OpenAsync();
        await socket.SendAsync("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Count","message":{"to":100000,"waitMs":20}}""");
        Assert.Contains("\"n1\"", await socket.ReceiveAsync(), StringComparison.Ordinal);
        await socket.SendAsync("""{"type":"cancel","id":1}""");
        for (var i = 0; i < 500 && _fixture.Backend.Cancelled.IsEmpty; i++)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Single(_fixture.Backend.Cancelled);
        await socket.SendAsync("""{"type":"open","id":2,"operation":"matrix.v1.Matrix/Say","timeout":"300ms","message":{"waitMs":20000}}""");
        JsonElement frame;
        while ((frame = Read(await socket.ReceiveAsync())).GetProperty("id").GetInt32() == 1)
            Assert.Equal("message", frame.GetProperty("type").GetString());
        Assert.Equal("DEADLINE_EXCEEDED", frame.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_socket_that_breaks_cancels_its_calls()
    {
        using var socket = await OpenAsync();
        await socket.SendAsync("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Count","message":{"to":100000,"waitMs":20}}""");
        await socket.ReceiveAsync();
        socket.Abort();
        for (var i = 0; i < 500 && _fixture.Backend.Cancelled.IsEmpty; i++)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Single(_fixture.Backend.Cancelled);
    }

    [Theory]
    [InlineData("""{"type":"open","id":1,"operation":"no.Such/Thing","message":{}}""", "UNIMPLEMENTED", "NO_SUCH_METHOD")]
    [InlineData("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Say","message":{"nmae":1,"name":2}}""", "INVALID_ARGUMENT", "INVALID_INPUT")]
    [InlineData("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Say","end":true}""", "UNIMPLEMENTED", "MESSAGE_COUNT")]
    [InlineData("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Say","timeout":"soon","message":{}}""", "INVALID_ARGUMENT", "INVALID_INPUT")]
    [InlineData("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Say","metadata":{"key-bin":"?"},"message":{}}""", "INVALID_ARGUMENT", "INVALID_INPUT")]
    [InlineData("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Say","metadata":{"a b":"c"},"message":{}}""", "INVALID_ARGUMENT", "INVALID_INPUT")]
    [InlineData("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Say","metadata":{"a":"b\r\nc: d"},"message":{}}""", "INVALID_ARGUMENT", "INVALID_INPUT")]
    public async Task A_bad_call_is_an_error_of_its_own_and_no_backend_is_asked(string open, string code, string reason)
    {
        using var socket = await OpenAsync();
        await socket.SendAsync(open);
        var error = Read(await socket.ReceiveAsync());
        Assert.Equal(("error", 1, code, reason), (error.GetProperty("type").GetString(), error.GetProperty("id").GetInt32(), error.GetProperty("code").GetString(), error.GetProperty("reason").GetString()));
        Assert.Empty(_fixture.Backend.Calls);
        await socket.SendAsync("""{"type":"ping"}""");
        Assert.Equal("""{"type":"pong"}""", await socket.ReceiveAsync());
    }

    [Theory]
    [InlineData("nonsense", "closed 4400 Bad frame: not JSON")]
    [InlineData("[]", "closed 4400 Bad frame: not an object")]
    [InlineData("""{"id":1}""", "closed 4400 Bad frame: \"type\" is missing")]
    [InlineData("""{"type":"welcome"}""", "closed 4400 Bad frame: \"type\" is none that a client sends")]
    [InlineData("""{"type":"open","id":0}""", "closed 4400 Bad frame: \"id\" is missing, or 0")]
    [InlineData("""{"type":"open","id":-1}""", "closed 4400 Bad frame: \"id\" is no whole number")]
    [InlineData("""{"type":"open","id":4294967296}""", "closed 4400 Bad frame: \"id\" is larger than")]
    [InlineData("""{"type":"message","id":7,"message":{}}""", "closed 4400 Bad frame: there is no call 7")]
    [InlineData("""{"type":"hello"}""", "closed 4400 Bad frame: a second hello")]
    [InlineData("""{"type":"open","id":1,"metadata":{"a":1}}""", "closed 4400 Bad frame: \"metadata\": the value of \"a\"")]
    public async Task A_bad_frame_closes_the_socket_and_is_named(string frame, string close)
    {
        using var socket = await OpenAsync();
        await socket.SendAsync(frame);
        Assert.StartsWith(close, await socket.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_the_socket_itself_has_its_code()
    {
        using var binary = await OpenAsync();
        await binary.SendAsync([1, 2, 3]);
        Assert.StartsWith("closed 1003", await binary.ReceiveAsync(), StringComparison.Ordinal);
        using var large = await OpenAsync();
        await large.SendAsync(new string(' ', 5 * 1024 * 1024));
        Assert.StartsWith("closed 1009", await large.ReceiveAsync(), StringComparison.Ordinal);
        using var silent = await SocketClient.ConnectAsync(_fixture.Gateway.Address, "gateway.v1.json", path: "/ws");
        await silent.SendAsync("""{"type":"open","id":1}""");
        Assert.StartsWith("closed 4400 Bad frame: the first frame is no hello", await silent.ReceiveAsync(), StringComparison.Ordinal);
        using var plain = await SocketClient.ConnectAsync(_fixture.Gateway.Address, null, path: "/ws");
        Assert.StartsWith("closed 4406", await plain.ReceiveAsync(), StringComparison.Ordinal);
        using var foreign = await SocketClient.ConnectAsync(_fixture.Gateway.Address, "gateway.v1.json", "https://evil.example", "/ws");
        Assert.StartsWith("closed 4403", await foreign.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_goes_on_where_its_connection_was_lost_and_nothing_is_missing()
    {
        using var first = await SocketClient.ConnectAsync(_fixture.Gateway.Address, "gateway.v1.json", path: "/ws");
        await first.SendAsync("""{"type":"hello","resumable":true}""");
        var session = Read(await first.ReceiveAsync()).GetProperty("session").GetString();
        await first.SendAsync("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Count","message":{"to":60,"waitMs":10},"credit":1000}""");
        var seen = 0;
        while (seen < 10)
            AssertJson($$$"""{"type":"message","id":1,"message":{"text":"n{{{++seen}}}","number":"{{{seen}}}"}}""", await first.ReceiveAsync());
        first.Abort();
        await Task.Delay(200, TestContext.Current.CancellationToken);

        using var second = await SocketClient.ConnectAsync(_fixture.Gateway.Address, "gateway.v1.json", path: "/ws");
        await second.SendAsync($$$"""{"type":"hello","resumable":true,"session":"{{{session}}}","received":{{{seen}}}}""");
        var welcome = Read(await second.ReceiveAsync());
        Assert.Equal((true, session, 1), (welcome.GetProperty("resumed").GetBoolean(), welcome.GetProperty("session").GetString(), welcome.GetProperty("received").GetInt32()));
        while (seen < 60)
            AssertJson($$$"""{"type":"message","id":1,"message":{"text":"n{{{++seen}}}","number":"{{{seen}}}"}}""", await second.ReceiveAsync());
        Assert.Contains("complete", await second.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Empty(_fixture.Backend.Cancelled);
    }

    [Fact]
    public async Task A_session_that_is_not_there_begins_anew_and_says_so()
    {
        using var socket = await SocketClient.ConnectAsync(_fixture.Gateway.Address, "gateway.v1.json", path: "/ws");
        await socket.SendAsync("""{"type":"hello","session":"00000000000000000000000000000000","received":5}""");
        var welcome = Read(await socket.ReceiveAsync());
        Assert.False(welcome.GetProperty("resumed").GetBoolean());
        Assert.Equal(0, welcome.GetProperty("received").GetInt32());
    }

    [Fact]
    public async Task The_protobuf_form_says_the_same()
    {
        using var socket = await SocketClient.ConnectAsync(_fixture.Gateway.Address, "gateway.v1.proto", path: "/ws");
        // ClientFrame { hello {} }
        await socket.SendAsync([0x0A, 0x00]);
        Assert.Equal(0x0A, (await socket.ReceiveBytesAsync())![0]);
        var request = new CountRequest { To = 2 }.ToByteArray();
        var operation = "matrix.v1.Matrix/Count"u8;
        byte[] open = [0x08, 0x01, 0x12, (byte)operation.Length, .. operation, 0x2A, (byte)request.Length, .. request];
        await socket.SendAsync([0x12, (byte)open.Length, .. open]);
        for (var i = 1; i <= 2; i++)
        {
            var reply = new SayReply { Text = "n" + i, Number = i }.ToByteArray();
            byte[] message = [0x08, 0x01, 0x12, (byte)reply.Length, .. reply];
            Assert.Equal([0x1A, (byte)message.Length, .. message], await socket.ReceiveBytesAsync());
        }

        var complete = (await socket.ReceiveBytesAsync())!;
        Assert.Equal(0x22, complete[0]);
        Assert.Contains("x-counted", Encoding.ASCII.GetString(complete), StringComparison.Ordinal);
        await socket.SendAsync("text");
        Assert.StartsWith("closed 1003", await socket.ReceiveAsync(), StringComparison.Ordinal);
    }

    private async Task<SocketClient> OpenAsync(params (string Name, string Value)[] headers)
    {
        var socket = await SocketClient.ConnectAsync(_fixture.Gateway.Address, "gateway.v1.json", path: "/ws", headers: headers);
        await socket.SendAsync("""{"type":"hello"}""");
        AssertJson("""{"type":"welcome","resumed":false,"received":0,"credit":16,"maxCalls":100,"maxFrameBytes":4194304,"resumeWindowMs":0}""", await socket.ReceiveAsync());
        return socket;
    }

    private static JsonElement Read(string text) => JsonDocument.Parse(text).RootElement;

    private static void AssertJson(string expected, string actual)
    {
        if (!JsonElement.DeepEquals(Read(expected), Read(actual)))
            Assert.Equal(expected, actual);
    }
}
