using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Upstreams;
using ProtocolGateway.Upstreams.Grpc.Http2;
using Xunit;
using static UnitTests.Upstreams.Wire.Http2Peer;

namespace UnitTests.Upstreams.Wire;

/// <summary>Servers that break HTTP/2: the peer is told by the RFC's own code, the call gets a clear error, and the next call passes.</summary>
public sealed class Http2BrokenRulesTests
{
    private const int HeaderLimit = 20_000;

    /// <summary>What ends the connection (RFC 9113, section 5.4.1); it is sent after the head of stream 1.</summary>
    private static readonly Dictionary<string, (Http2Error Error, Func<Http2Peer, Task> Send)> ConnectionErrors = new()
    {
        ["a frame larger than we take"] = (Http2Error.FrameSize, p => p.SendAsync(Http2FrameType.Data, 0, 1, new byte[Http2Frame.MaxLength + 1])),
        ["DATA of the connection"] = (Http2Error.Protocol, p => p.SendAsync(Http2FrameType.Data, 0, 0, 1)),
        ["DATA of a stream that was never opened"] = (Http2Error.Protocol, p => p.SendAsync(Http2FrameType.Data, 0, 99, 1)),
        ["DATA of a server's stream"] = (Http2Error.Protocol, p => p.SendAsync(Http2FrameType.Data, 0, 2, 1)),
        ["HEADERS of a server's stream"] = (Http2Error.Protocol, p => p.HeadersAsync(2, EndBoth, (":status", "200"))),
        ["HEADERS of the connection"] = (Http2Error.Protocol, p => p.HeadersAsync(0, EndBoth, (":status", "200"))),
        ["a header block interrupted by DATA"] = (Http2Error.Protocol, async p =>
        {
            await p.HeadersAsync(1, 0, ("a", "b"));
            await p.SendAsync(Http2FrameType.Data, 0, 1, 1);
        }
        ),
        ["a header block interrupted by an unknown frame"] = (Http2Error.Protocol, async p =>
        {
            await p.HeadersAsync(1, 0, ("a", "b"));
            await p.SendAsync((Http2FrameType)0x77, 0, 1, 1);
        }
        ),
        ["a header block continued on another stream"] = (Http2Error.Protocol, async p =>
        {
            await p.HeadersAsync(1, 0, ("a", "b"));
            await p.SendAsync(Http2FrameType.Continuation, Http2Frame.EndHeaders, 3);
        }
        ),
        ["a CONTINUATION of nothing"] = (Http2Error.Protocol, p => p.SendAsync(Http2FrameType.Continuation, Http2Frame.EndHeaders, 1)),
        ["empty CONTINUATIONs"] = (Http2Error.EnhanceYourCalm, async p =>
        {
            await p.HeadersAsync(1, Http2Frame.EndStream, ("grpc-status", "0"));
            await p.SendAsync(Http2FrameType.Continuation, 0, 1);
        }
        ),
        ["CONTINUATIONs without end"] = (Http2Error.EnhanceYourCalm, async p =>
        {
            await p.HeadersAsync(1, Http2Frame.EndStream, ("grpc-status", "0"));
            for (var i = 0; i < 3; i++)
                await p.SendAsync(Http2FrameType.Continuation, 0, 1, new byte[Http2Frame.MaxLength]);
        }
        ),
        ["an index of no table"] = (Http2Error.Compression, p => p.SendAsync(Http2FrameType.Headers, EndBoth, 1, Integer(200, 7, 0x80))),
        ["the index 0"] = (Http2Error.Compression, p => p.SendAsync(Http2FrameType.Headers, EndBoth, 1, 0x80)),
        ["a name's index of no table"] = (Http2Error.Compression, p => p.SendAsync(Http2FrameType.Headers, EndBoth, 1, [.. Integer(100, 4, 0), 1, (byte)'a'])),
        ["an integer without end"] = (Http2Error.Compression, p => p.SendAsync(Http2FrameType.Headers, EndBoth, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)),
        ["a text longer than its block"] = (Http2Error.Compression, p => p.SendAsync(Http2FrameType.Headers, EndBoth, 1, 0, 3, (byte)'a', (byte)'b')),
        ["a Huffman code that ends wrong"] = (Http2Error.Compression, p => p.SendAsync(Http2FrameType.Headers, EndBoth, 1, 0, 0x81, 0x00, 1, (byte)'b')),
        ["the Huffman symbol that ends all"] = (Http2Error.Compression, p => p.SendAsync(Http2FrameType.Headers, EndBoth, 1, 0, 0x84, 0xff, 0xff, 0xff, 0xff, 1, (byte)'b')),
        ["a table larger than allowed"] = (Http2Error.Compression, p => p.SendAsync(Http2FrameType.Headers, EndBoth, 1, Integer(4097, 5, 0x20))),
        ["a table resized amid fields"] = (Http2Error.Compression, p => p.SendAsync(Http2FrameType.Headers, EndBoth, 1, [.. Block(("a", "b")), 0x20])),
        ["a bad block of a stream that has ended"] = (Http2Error.Compression, async p =>
        {
            await p.TrailersAsync(1);
            await p.SendAsync(Http2FrameType.Headers, EndBoth, 1, 0x80);
        }
        ),
        ["a promised push"] = (Http2Error.Protocol, p => p.SendAsync(Http2FrameType.PushPromise, Http2Frame.EndHeaders, 1, [.. Number(2), .. Block((":path", "/"))])),
        ["a window that opens by nothing"] = (Http2Error.Protocol, p => p.SendNumberAsync(Http2FrameType.WindowUpdate, 0, 0)),
        ["a window that opens too wide"] = (Http2Error.FlowControl, p => p.SendNumberAsync(Http2FrameType.WindowUpdate, 0, int.MaxValue)),
        ["a window of a stream that was never opened"] = (Http2Error.Protocol, p => p.SendNumberAsync(Http2FrameType.WindowUpdate, 77, 1)),
        ["a WINDOW_UPDATE of three bytes"] = (Http2Error.FrameSize, p => p.SendAsync(Http2FrameType.WindowUpdate, 0, 1, 0, 0, 1)),
        ["SETTINGS of a stream"] = (Http2Error.Protocol, p => p.SendAsync(Http2FrameType.Settings, 0, 1)),
        ["SETTINGS of five bytes"] = (Http2Error.FrameSize, p => p.SendAsync(Http2FrameType.Settings, 0, 0, new byte[5])),
        ["an acknowledgement with settings"] = (Http2Error.FrameSize, p => p.SendAsync(Http2FrameType.Settings, Http2Frame.Ack, 0, new byte[6])),
        ["SETTINGS that allow pushes"] = (Http2Error.Protocol, p => p.SettingsAsync((2, 1))),
        ["SETTINGS of too wide a window"] = (Http2Error.FlowControl, p => p.SettingsAsync((4, 0x8000_0000))),
        ["SETTINGS that make a window too wide"] = (Http2Error.FlowControl, async p =>
        {
            await p.SendNumberAsync(Http2FrameType.WindowUpdate, 1, int.MaxValue - 70_000);
            await p.SettingsAsync((4, int.MaxValue));
        }
        ),
        ["SETTINGS of too small frames"] = (Http2Error.Protocol, p => p.SettingsAsync((5, 16_383))),
        ["SETTINGS of too large frames"] = (Http2Error.Protocol, p => p.SettingsAsync((5, 0x100_0000))),
        ["a PING of a stream"] = (Http2Error.Protocol, p => p.SendAsync(Http2FrameType.Ping, 0, 1, new byte[8])),
        ["a PING of seven bytes"] = (Http2Error.FrameSize, p => p.SendAsync(Http2FrameType.Ping, 0, 0, new byte[7])),
        ["a GOAWAY of a stream"] = (Http2Error.Protocol, p => p.SendAsync(Http2FrameType.GoAway, 0, 1, new byte[8])),
        ["a GOAWAY of four bytes"] = (Http2Error.FrameSize, p => p.SendAsync(Http2FrameType.GoAway, 0, 0, new byte[4])),
        ["a RST_STREAM of three bytes"] = (Http2Error.FrameSize, p => p.SendAsync(Http2FrameType.RstStream, 0, 1, new byte[3])),
        ["a RST_STREAM of a stream that was never opened"] = (Http2Error.Protocol, p => p.SendNumberAsync(Http2FrameType.RstStream, 77, 8)),
        ["DATA with more padding than bytes"] = (Http2Error.Protocol, p => p.SendAsync(Http2FrameType.Data, Http2Frame.Padded, 1, 2, 0)),
        ["DATA without its padding's length"] = (Http2Error.Protocol, p => p.SendAsync(Http2FrameType.Data, Http2Frame.Padded, 1)),
        ["HEADERS with more padding than bytes"] = (Http2Error.Protocol, p => p.SendAsync(Http2FrameType.Headers, EndBoth | Http2Frame.Padded, 1, 9, 0, 0)),
        ["HEADERS too short for their priority"] = (Http2Error.FrameSize, p => p.SendAsync(Http2FrameType.Headers, EndBoth | Http2Frame.HasPriority, 1, 0, 0, 0)),
    };

    /// <summary>What ends one stream (section 5.4.2); it is sent in place of a head.</summary>
    private static readonly Dictionary<string, (Http2Error Error, Func<Http2Peer, int, Task> Send)> StreamErrors = new()
    {
        ["a name in upper case"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, EndBoth, (":status", "200"), ("X-A", "b"))),
        ["an empty name"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, EndBoth, (":status", "200"), ("", "b"))),
        ["a name with a space"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, EndBoth, (":status", "200"), ("a b", "c"))),
        ["no status"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, EndBoth, ("content-type", "application/grpc"), ("grpc-status", "0"))),
        ["a status of two digits"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, EndBoth, (":status", "20"))),
        ["a status that is none"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, EndBoth, (":status", "2x0"))),
        ["a status below 100"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, EndBoth, (":status", "+99"))),
        ["two statuses"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, EndBoth, (":status", "200"), (":status", "200"))),
        ["a status behind a header"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, EndBoth, ("a", "b"), (":status", "200"))),
        ["a request's pseudo-header"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, EndBoth, (":status", "200"), (":path", "/"))),
        ["headers over the limit"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, EndBoth, [(":status", "200"), .. Enumerable.Repeat(("a", new string('b', 60)), 220)])),
        ["a bomb of one large field, named again and again"] = (Http2Error.Protocol, async (p, id) =>
        {
            // It enters the table as index 62; each further byte counts 4,000.
            byte[] bomb = [.. Block((":status", "200")), 0x40, 1, (byte)'a', .. Integer(3960, 7, 0), .. Enumerable.Repeat((byte)'b', 3960), .. Enumerable.Repeat((byte)(0x80 | 62), 12_000)];
            await p.SendAsync(Http2FrameType.Headers, EndBoth, id, bomb);
        }
        ),
        ["an interim head that ends all"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, EndBoth, (":status", "103"))),
        ["a switch of protocols"] = (Http2Error.Protocol, (p, id) => p.HeadersAsync(id, Http2Frame.EndHeaders, (":status", "101"))),
        ["interim heads without end"] = (Http2Error.Protocol, async (p, id) =>
        {
            for (var i = 0; i < 17; i++)
                await p.HeadersAsync(id, Http2Frame.EndHeaders, (":status", "103"));
        }
        ),
        ["a body before the head"] = (Http2Error.Protocol, (p, id) => p.DataAsync(id, "x")),
        ["a second head"] = (Http2Error.Protocol, async (p, id) =>
        {
            await p.HeadAsync(id);
            await p.HeadersAsync(id, Http2Frame.EndHeaders, ("a", "b"));
        }
        ),
        ["trailers with a status"] = (Http2Error.Protocol, async (p, id) =>
        {
            await p.HeadAsync(id);
            await p.HeadersAsync(id, EndBoth, (":status", "200"), ("grpc-status", "0"));
        }
        ),
        ["a stream's window that opens by nothing"] = (Http2Error.Protocol, (p, id) => p.SendNumberAsync(Http2FrameType.WindowUpdate, id, 0)),
        ["a stream's window that opens too wide"] = (Http2Error.FlowControl, (p, id) => p.SendNumberAsync(Http2FrameType.WindowUpdate, id, int.MaxValue)),
    };

    public static TheoryData<string> ConnectionRules => [.. ConnectionErrors.Keys];

    public static TheoryData<string> StreamRules => [.. StreamErrors.Keys];

    [Theory]
    [MemberData(nameof(ConnectionRules))]
    public async Task The_connection_ends_with_the_code_and_another_serves(string rule)
    {
        var (expected, send) = ConnectionErrors[rule];
        var told = new TaskCompletionSource<uint>();
        await using var backend = RawBackend.Grpc(
            async (peer, number) =>
            {
                await peer.OpenAsync();
                if (number > 0)
                {
                    await peer.ServeAsync();
                    return;
                }

                await peer.HeadAsync(await peer.RequestAsync());
                await send(peer);
                told.SetResult((await peer.ReadAsync(Http2FrameType.GoAway)).Number(4));
            },
            new UpstreamOptions { MaxAnswerHeaderBytes = HeaderLimit });
        // A stream: what ended well before is not what this is about.
        var call = await backend.RunAsync(new RecordingCall("Watch", Shape.ServerStreaming) { Single = [] });
        if (rule != "a bad block of a stream that has ended")
            Assert.Equal("BACKEND_PROTOCOL", call.Error!.Reason);
        Assert.Equal(expected, (Http2Error)await told.Task.WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.Null((await backend.RunAsync(RecordingCall.Unary("Get"))).Error);
        Assert.Equal(2, backend.Connections);
    }

    [Theory]
    [MemberData(nameof(StreamRules))]
    public async Task The_stream_ends_with_the_code_and_its_connection_serves_on(string rule)
    {
        var (expected, send) = StreamErrors[rule];
        var told = new TaskCompletionSource<uint>();
        await using var backend = RawBackend.Grpc(
            async (peer, _) =>
            {
                await peer.OpenAsync();
                var id = await peer.RequestAsync();
                await send(peer, id);
                var reset = await peer.ReadAsync(Http2FrameType.RstStream);
                Assert.Equal(id, reset.StreamId);
                told.SetResult(reset.Number());
                await peer.ServeAsync();
            },
            new UpstreamOptions { MaxAnswerHeaderBytes = HeaderLimit });
        var call = await backend.RunAsync(RecordingCall.Unary("Get"));
        Assert.Equal("BACKEND_PROTOCOL", call.Error!.Reason);
        Assert.Empty(call.Messages);
        Assert.Equal(expected, (Http2Error)await told.Task.WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.Null((await backend.RunAsync(RecordingCall.Unary("Get"))).Error);
        Assert.Equal(1, backend.Connections);
    }
}
