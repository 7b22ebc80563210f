using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using UnitTests.Edges.Rest;
using Xunit;

namespace UnitTests.Edges.Grpc;

/// <summary>What clients of gRPC get, and when; by gRPC-Web, whose status is in the body.</summary>
public sealed class GrpcEdgeTests
{
    private const string Proto = "application/grpc-web+proto", Json = "application/grpc-web+json", Text = "application/grpc-web-text";

    // Sizes around what is held back, in bytes.
    private static readonly int[] _sizes = [1, 100, 16_000, 300, 16_384, 70_000, 2, 5_000, 16_383];

    [Theory]
    [InlineData(Proto, true)]
    [InlineData(Proto, false)]
    [InlineData(Json, true)]
    [InlineData(Text, true)]
    public async Task Messages_come_whole_and_in_order_however_they_are_held_back(string type, bool moreAtHand)
    {
        await using var host = await RestHost.StartAsync(async call =>
        {
            await call.OnHeadAsync(new(200, new()));
            foreach (var size in _sizes)
                await call.OnMessageAsync(Message(size), moreAtHand);
            await call.OnEndAsync(null, null);
        });
        var body = await BodyAsync(host, type);
        if (type == Text)
            body = Decode(body);
        foreach (var size in _sizes)
        {
            var message = type == Json ? Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', size)}}"}""") : Message(size).ToArray();
            Assert.Equal((0, message.Length), (body[0], Length(body)));
            Assert.Equal(message, body[5..(5 + message.Length)]);
            body = body[(5 + message.Length)..];
        }

        Assert.Equal("grpc-status: 0\r\n", Encoding.ASCII.GetString(body[5..]));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(20_000)]
    public async Task A_message_is_sent_at_once_where_no_other_is_at_hand(int size)
    {
        var read = new SemaphoreSlim(0);
        await using var host = await RestHost.StartAsync(async call =>
        {
            await call.OnHeadAsync(new(200, new()));
            await call.OnMessageAsync(Message(size), moreAtHand: true);
            await call.OnMessageAsync(Message(1));
            // Nothing more happens until the client has both.
            Assert.True(await read.WaitAsync(TimeSpan.FromSeconds(20)));
            await call.OnEndAsync(null, null);
        });
        using var answer = await host.Client.SendAsync(Request(Proto), HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        var both = new byte[10 + Message(size).Length + Message(1).Length];
        await body.ReadExactlyAsync(both);
        read.Release();
        Assert.Equal(Message(1).ToArray(), both[^3..]);
    }

    [Fact]
    public async Task What_was_held_back_comes_before_the_error()
    {
        await using var host = await RestHost.StartAsync(async call =>
        {
            await call.OnHeadAsync(new(200, new()));
            await call.OnMessageAsync(Message(3), moreAtHand: true);
            var refused = await Assert.ThrowsAsync<GatewayCallException>(async () => await call.OnMessageAsync(new(new byte[] { 0x0A, 9 }), moreAtHand: true));
            await call.OnEndAsync(refused.Error, null);
        });
        host.Log.Expect("BACKEND_CONTRACT");
        var body = await BodyAsync(host, Json);
        Assert.StartsWith("""{"text":"xxx"}""", Encoding.UTF8.GetString(body[5..]), StringComparison.Ordinal);
        Assert.StartsWith("grpc-status: 13\r\n", Encoding.UTF8.GetString(body[(10 + Length(body))..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bug_after_messages_breaks_the_connection()
    {
        await using var host = await RestHost.StartAsync(async call =>
        {
            await call.OnHeadAsync(new(200, new()));
            await call.OnMessageAsync(Message(3), moreAtHand: true);
            throw new InvalidOperationException("secret");
        });
        host.Log.Expect("the gateway failed on t.Notes.Watch");
        await Assert.ThrowsAnyAsync<HttpRequestException>(async () => await BodyAsync(host, Proto));
    }

    private static ReadOnlySequence<byte> Message(int size)
    {
        var length = new List<byte>();
        var rest = size;
        for (; rest > 127; rest >>= 7)
            length.Add((byte)(rest | 128));
        length.Add((byte)rest);
        return new([0x0A, .. length, .. Encoding.ASCII.GetBytes(new string('x', size))]);
    }

    private static int Length(byte[] frame) => (frame[1] << 24) | (frame[2] << 16) | (frame[3] << 8) | frame[4];

    // Pieces that are padded each, of which a quad is never split.
    private static byte[] Decode(byte[] text)
    {
        var bytes = new List<byte>();
        for (var at = 0; at < text.Length; at += 4)
            bytes.AddRange(Convert.FromBase64String(Encoding.ASCII.GetString(text, at, 4)));
        return [.. bytes];
    }

    private static HttpRequestMessage Request(string type) => new(HttpMethod.Post, "/t.Notes/Watch")
    {
        Content = new ByteArrayContent(type == Text ? "AAAAAAA="u8.ToArray() : type == Json ? [0, 0, 0, 0, 2, (byte)'{', (byte)'}'] : [0, 0, 0, 0, 0]) { Headers = { ContentType = new MediaTypeHeaderValue(type) } },
    };

    private static async Task<byte[]> BodyAsync(RestHost host, string type)
    {
        using var answer = await host.Client.SendAsync(Request(type));
        return await answer.Content.ReadAsByteArrayAsync();
    }
}
