using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using MatrixTests.Clients;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace MatrixTests;

/// <summary>Clients that open calls and give them up without end (CVE-2023-44487): what others notice of it.</summary>
public sealed class FloodTests(Fixture fixture) : MatrixTest(fixture)
{
    private const int Sockets = 5, Calls = 3000;

    [Fact]
    public async Task Sockets_that_open_and_cancel_without_end_cost_nobody_else_a_call()
    {
        var floods = await Task.WhenAll(Enumerable.Range(0, Sockets).Select(async _ =>
        {
            var raw = await RawConnection.OpenAsync(_fixture.Gateway.Port);
            await raw.SendAsync("GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: gateway.v1.json\r\n\r\n");
            return raw;
        }));
        using var bytes = new MemoryStream();
        bytes.Write(Text("""{"type":"hello"}"""));
        for (var id = 1; id <= Calls; id++)
        {
            bytes.Write(Text($$$"""{"type":"open","id":{{{id}}},"operation":"matrix.v1.Matrix/Say","message":{}}"""));
            bytes.Write(Text($$$"""{"type":"cancel","id":{{{id}}}}"""));
        }

        await AssertInnocentAsync(floods, bytes.ToArray());
    }

    [Fact]
    public async Task Streams_of_HTTP2_that_are_opened_and_reset_without_end_cost_nobody_else_a_call()
    {
        var floods = await Task.WhenAll(Enumerable.Range(0, Sockets).Select(_ => RawConnection.OpenAsync(_fixture.Gateway.Port)));
        using var bytes = new MemoryStream();
        bytes.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        bytes.Write(Frame(4, 0, 0, []));
        // POST and http of the static table, the rest as literals (RFC 7541, sections 6.1 and 6.2.2).
        byte[] head = [0x83, 0x86, .. Field(":path", "/matrix.v1.Matrix/Say"), .. Field(":authority", "a"), .. Field("content-type", "application/grpc"), .. Field("te", "trailers")];
        for (var id = 1; id < 2 * Calls; id += 2)
        {
            bytes.Write(Frame(1, 4, id, head));
            bytes.Write(Frame(0, 1, id, [0, 0, 0, 0, 0]));
            bytes.Write(Frame(3, 0, id, [0, 0, 0, 8]));
        }

        await AssertInnocentAsync(floods, bytes.ToArray());
    }

    // Calls of another client while the floods go on, and a while after: the gateway may leave their bytes unread, or close them.
    private async Task AssertInnocentAsync(RawConnection[] floods, byte[] bytes)
    {
        var sending = floods.Select(raw => raw.SendAsync(bytes)).ToArray();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(2))
        {
            using var socket = await SocketClient.ConnectAsync(_fixture.Gateway.Address, "gateway.v1.json", path: "/ws");
            await socket.SendAsync("""{"type":"hello"}""");
            Assert.Contains("welcome", await socket.ReceiveAsync(), StringComparison.Ordinal);
            await socket.SendAsync("""{"type":"open","id":1,"operation":"matrix.v1.Matrix/Plain","message":{"name":"me"}}""");
            string last;
            while (!(last = await socket.ReceiveAsync()).Contains("hello me", StringComparison.Ordinal))
                Assert.DoesNotContain("\"error\"", last, StringComparison.Ordinal);
        }

        foreach (var raw in floods)
            raw.Reset();
        await Task.WhenAll(sending).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    // A mask of zeros changes nothing, and is one.
    private static byte[] Text(string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        return payload.Length < 126
            ? [0x81, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload]
            : [0x81, 0x80 | 126, (byte)(payload.Length >> 8), (byte)payload.Length, 0, 0, 0, 0, .. payload];
    }

    private static byte[] Field(string name, string value) => [0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)value.Length, .. Encoding.ASCII.GetBytes(value)];

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, (payload.Length << 8) | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }
}
