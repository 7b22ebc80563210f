using System.Buffers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using ProtocolGateway.Edges.WebSockets;
using ProtocolGateway.Edges.WebSockets.Multiplexed.Frames;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using Xunit;
using Wire = ProtocolGateway.Edges.WebSockets.Multiplexed.Frames.Wire;

namespace UnitTests.Edges.WebSockets;

/// <summary>Both forms say the same: every frame against the classes generated from frames.proto.</summary>
public sealed class FrameFormTests
{
    // A frame of a client in JSON, and the same as protobuf's JSON mapping of the contract has it.
    public static TheoryData<string, string> ClientFrames => new()
    {
        { """{"type":"hello","resumable":true,"metadata":{"a":"b","m":["1","2"]},"session":"s","received":18446744073709551615}""", """{"hello":{"resumable":true,"metadata":[{"name":"a","value":"b"},{"name":"m","value":"1"},{"name":"m","value":"2"}],"session":"s","received":"18446744073709551615"}}""" },
        { """{"type":"open","id":4294967295,"operation":"a.B/C","metadata":{"x":"y"},"timeout":"2s","message":{"text":"t"},"end":true,"credit":7}""", """{"open":{"id":4294967295,"operation":"a.B/C","metadata":[{"name":"x","value":"y"}],"timeout":"2s","message":"eyJ0ZXh0IjoidCJ9","end":true,"credit":7}}""" },
        { """{"type":"open","id":1,"operation":"a.B/C"}""", """{"open":{"id":1,"operation":"a.B/C"}}""" },
        { """{"type":"message","id":1,"message":[1, 2],"end":true}""", """{"message":{"id":1,"message":"WzEsIDJd","end":true}}""" },
        { """{"type":"end","id":1}""", """{"end":{"id":1}}""" },
        { """{"type":"cancel","id":1}""", """{"cancel":{"id":1}}""" },
        { """{"type":"credit","id":1,"messages":5}""", """{"credit":{"id":1,"messages":5}}""" },
        { """{"type":"ack","received":9}""", """{"ack":{"received":"9"}}""" },
        { """{"type":"ping"}""", """{"ping":{}}""" },
        { """{"type":"pong"}""", """{"pong":{}}""" },
        { """{"type":"refresh","metadata":{"authorization":"Bearer t"}}""", """{"refresh":{"metadata":[{"name":"authorization","value":"Bearer t"}]}}""" },
    };

    [Theory]
    [MemberData(nameof(ClientFrames))]
    public void A_clients_frame_means_the_same_in_both_forms(string json, string proto)
    {
        Assert.Null(JsonFrames.Instance.TryRead(Encoding.UTF8.GetBytes(json), out var one));
        Assert.Null(ProtoFrames.Instance.TryRead(JsonParser.Default.Parse<Wire.ClientFrame>(proto).ToByteArray(), out var other));
        Assert.Equal(Said(one), Said(other));
        Assert.NotEqual(ClientFrameKind.None, one.Kind);
    }

    [Fact]
    public void The_gateways_frames_say_the_same_in_both_forms()
    {
        var headers = new CallHeaders();
        headers.TryAdd("x-one", "1");
        headers.TryAdd("x-many", "a");
        headers.TryAdd("x-many", "b");
        headers.TryAdd("date", "never told");
        var error = GatewayErrors.InvalidInput("\"name\" is é");
        var options = new WebSocketEdgeOptions();
        Compare("""{"type":"welcome","session":"s","resumed":true,"received":3,"credit":16,"maxCalls":100,"maxFrameBytes":4194304,"resumeWindowMs":120000}""",
            new() { Welcome = new() { Session = "s", Resumed = true, Received = 3, Credit = 16, MaxCalls = 100, MaxFrameBytes = 4194304, ResumeWindowMs = 120000 } },
            (form, into) => form.Welcome(into, new("s", true, 3), options));
        Compare("""{"type":"head","id":1,"metadata":{"x-one":"1","x-many":["a","b"]}}""",
            new() { Head = new() { Id = 1, Metadata = { Header("x-one", "1"), Header("x-many", "a"), Header("x-many", "b") } } },
            (form, into) => form.Head(into, 1, headers));
        Compare("""{"type":"complete","id":4294967295,"trailers":{"x-one":"1","x-many":["a","b"]}}""",
            new() { Complete = new() { Id = uint.MaxValue, Trailers = { Header("x-one", "1"), Header("x-many", "a"), Header("x-many", "b") } } },
            (form, into) => form.Complete(into, uint.MaxValue, null, headers));
        Compare("""{"type":"error","id":2,"code":"INVALID_ARGUMENT","reason":"INVALID_INPUT","message":"\"name\" is é","incident":"i"}""",
            new() { Error = new() { Id = 2, Code = 3, Reason = "INVALID_INPUT", Message = "\"name\" is é", Incident = "i" } },
            (form, into) => form.Error(into, 2, error, "i", null));
        Compare("""{"type":"credit","id":1,"messages":8}""", new() { Credit = new() { Id = 1, Messages = 8 } }, static (form, into) => form.Credit(into, 1, 8));
        Compare("""{"type":"gap","id":1,"missed":80}""", new() { Gap = new() { Id = 1, Missed = 80 } }, static (form, into) => form.Gap(into, 1, 80));
        Compare("""{"type":"ack","received":32}""", new() { Ack = new() { Received = 32 } }, static (form, into) => form.Ack(into, 32));
        Compare("""{"type":"pong"}""", new() { Pong = new() }, static (form, into) => form.Pong(into));
        Compare("""{"type":"goAway","reconnectAfterMs":250,"reason":"stopping"}""", new() { GoAway = new() { ReconnectAfterMs = 250, Reason = "stopping" } }, static (form, into) => form.GoAway(into, 250, "stopping"));
        Compare("""{"type":"expiring","seconds":60}""", new() { Expiring = new() { Seconds = 60 } }, static (form, into) => form.Expiring(into, 60));
        Compare("""{"type":"refreshed"}""", new() { Refreshed = new() }, static (form, into) => form.Refreshed(into));
    }

    [Theory]
    [InlineData(1u, 0)]
    [InlineData(127u, 1)]
    [InlineData(128u, 127)]
    [InlineData(16384u, 128)]
    [InlineData(uint.MaxValue, 70_000)]
    public void A_streams_message_is_that_of_the_generated_classes(uint id, int length)
    {
        var target = new ProtocolGateway.Edges.RpcTargets(Rest.RestHost.Contract(), static _ => "", static _ => null).FindByName("t.Notes.Get")!;
        var message = new byte[length];
        using var into = new PooledBuffer();
        Assert.Null(ProtoFrames.Instance.Message(into, id, target, new ReadOnlySequence<byte>(message), null));
        Assert.Equal(new Wire.ServerFrame { Message = new() { Id = id, Message_ = ByteString.CopyFrom(message) } }, Wire.ServerFrame.Parser.ParseFrom(into.WrittenSpan));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"type":"ping"} x""")]
    [InlineData("""{"type":"ping"}{"type":"ping"}""")]
    [InlineData("""{"type":"ping",}""")]
    [InlineData("""{"type":7}""")]
    [InlineData("""{"type":"PING"}""")]
    [InlineData("""{"type":"ack","received":-1}""")]
    [InlineData("""{"type":"ack","received":1.5}""")]
    [InlineData("""{"type":"ack","received":18446744073709551616}""")]
    [InlineData("""{"type":"ack","received":"1"}""")]
    [InlineData("""{"type":"credit","id":1,"messages":4294967296}""")]
    [InlineData("""{"type":"open","id":1,"operation":["a"]}""")]
    [InlineData("""{"type":"open","id":1,"end":"yes"}""")]
    [InlineData("""{"type":"open","id":1,"metadata":[]}""")]
    [InlineData("""{"type":"open","id":1,"metadata":{"a":null}}""")]
    [InlineData("""{"type":"open","id":1,"metadata":{"a":["b",["c"]]}}""")]
    [InlineData("""{"type":"open","id":1,"operation":"\ud800"}""")]
    [InlineData("""{"type":"open","id":1,"message":{"a":}}""")]
    public void What_is_no_frame_is_named_in_JSON(string text) => Assert.NotNull(JsonFrames.Instance.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Bytes_that_are_no_text_and_nesting_without_end_are_no_frame()
    {
        Assert.Equal("not valid UTF-8", JsonFrames.Instance.TryRead(new byte[] { (byte)'"', 0xC0, 0x80, (byte)'"' }, out _));
        Assert.NotNull(JsonFrames.Instance.TryRead(Encoding.UTF8.GetBytes("{\"x\":" + new string('[', 100_000)), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("FF")]
    [InlineData("0A")]
    [InlineData("0A05")]
    [InlineData("6200")]
    [InlineData("1A0308FFFF")]
    [InlineData("1204120280C0")]
    [InlineData("0AFFFFFFFF07")]
    public void What_is_no_frame_is_named_in_protobuf(string hex) => Assert.NotNull(ProtoFrames.Instance.TryRead(Convert.FromHexString(hex), out _));

    private static void Compare(string json, Wire.ServerFrame proto, Action<FrameForm, PooledBuffer> write)
    {
        using var text = new PooledBuffer();
        write(JsonFrames.Instance, text);
        using var written = JsonDocument.Parse(text.WrittenMemory);
        using var expected = JsonDocument.Parse(json);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, written.RootElement), Encoding.UTF8.GetString(text.WrittenSpan));
        using var bytes = new PooledBuffer();
        write(ProtoFrames.Instance, bytes);
        Assert.Equal(proto, Wire.ServerFrame.Parser.ParseFrom(bytes.WrittenSpan));
    }

    private static Wire.Header Header(string name, string value) => new() { Name = name, Value = value };

    private static string Said(ClientFrame frame) =>
        $"{frame.Kind} {frame.Id} {frame.Operation} {frame.Timeout} {string.Join(',', frame.Metadata)} {frame.HasMessage} {Encoding.UTF8.GetString(frame.Message.Span)} {frame.End} {frame.Credit} {frame.Received} {frame.Session} {frame.Resumable}";
}
