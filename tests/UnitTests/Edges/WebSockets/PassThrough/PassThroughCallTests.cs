using System.Buffers;
using ProtocolGateway.Edges.WebSockets;
using ProtocolGateway.Edges.WebSockets.Multiplexed;
using ProtocolGateway.Edges.WebSockets.PassThrough;
using ProtocolGateway.Envelope.Calls;
using Xunit;

namespace UnitTests.Edges.WebSockets.PassThrough;

/// <summary>How passed-through sockets are closed by the gateway, on a service that says and takes what the test wants.</summary>
public sealed class PassThroughCallTests
{
    private static readonly byte[] _text = RawSocket.Frame(RawSocket.Text, "said"u8, masked: false);
    private static readonly byte[] _close = RawSocket.Frame(RawSocket.Close, [3, 232], masked: false);

    private readonly List<byte> _heard = [];
    private GatewayCall? _call;
    private byte[] _answer = [];

    [Fact]
    public async Task One_whose_authentication_has_ended_is_closed_and_the_service_told()
    {
        await using var host = await StartAsync(DateTimeOffset.UtcNow - SessionExpiry.Grace + TimeSpan.FromSeconds(2));
        await using var raw = await OpenAsync(host);
        await raw.SendAsync("hi");
        Assert.Equal("close 4401", await raw.ReceiveAsync());
        var said = RawSocket.Frame(RawSocket.Text, "hi"u8);
        Assert.Equal(said, _heard[..said.Length]);
        // The close frame's mask is the gateway's own.
        var close = _heard[said.Length..].ToArray();
        byte[] payload = [3, 233, .. "Going away"u8];
        Assert.Equal([0x88, (byte)(0x80 | payload.Length)], close[..2]);
        Assert.Equal(payload, close[6..].Select((b, at) => (byte)(b ^ close[2 + (at % 4)])));
    }

    [Fact]
    public async Task What_the_service_still_says_arrives_and_its_close_does_not_take_the_place_of_ours()
    {
        _answer = [.. _text, .. _close, .. _text];
        await using var host = await StartAsync();
        await using var raw = await OpenAsync(host);
        host.Stop();
        Assert.Equal("text said", await raw.ReceiveAsync());
        Assert.Equal("close 1001", await raw.ReceiveAsync());
        await raw.SendAsync(RawSocket.Frame(RawSocket.Close, [3, 233]));
        Assert.Equal("end", await raw.ReceiveAsync());
    }

    [Fact]
    public async Task A_service_that_has_closed_is_told_nothing_more_nor_is_a_client_that_has()
    {
        await using var host = await StartAsync();
        await using var raw = await OpenAsync(host);
        await _call!.OnMessageAsync(new ReadOnlySequence<byte>(_close));
        Assert.Equal("close 1000", await raw.ReceiveAsync());
        await raw.SendAsync(RawSocket.Frame(RawSocket.Close, [3, 232]));
        await SocketHost.UntilAsync(() => _heard.Count > 0);
        host.Stop();
        Assert.Equal("end", await raw.ReceiveAsync());
        Assert.Equal(RawSocket.Frame(RawSocket.Close, [3, 232]), _heard);
    }

    [Fact]
    public async Task In_the_midst_of_a_frame_nothing_is_said()
    {
        await using var host = await StartAsync();
        await using var raw = await OpenAsync(host);
        await _call!.OnMessageAsync(new ReadOnlySequence<byte>(_text.AsMemory(0, 4)));
        await raw.SendAsync(RawSocket.Frame(RawSocket.Text, "hi"u8)[..5]);
        await SocketHost.UntilAsync(() => _heard.Count == 5);
        host.Stop();
        Assert.Equal("end", await raw.ReceiveAsync());
        Assert.Equal(5, _heard.Count);
    }

    private async Task<RawSocket> OpenAsync(SocketHost host)
    {
        var raw = await host.OpenRawAsync("/live", null);
        await SocketHost.UntilAsync(() => _call is not null);
        return raw;
    }

    private Task<SocketHost> StartAsync(DateTimeOffset? expires = null)
    {
        var route = new PassThroughOptions { Path = "/live", Target = "/live", Service = "live", Open = PassThroughOptions.OpenOf("live", "/live") };
        return SocketHost.StartAsync(TunnelAsync, new WebSocketEdgeOptions { PassThrough = [route] }, check: _ => new(new CallerTerm(null, expires)));
    }

    // What an upstream does; it hangs up after a close frame that it has an answer to.
    private async ValueTask TunnelAsync(GatewayCall call)
    {
        await call.OnHeadAsync(new AnswerHead(101, new CallHeaders()));
        _call = call;
        try
        {
            while (true)
            {
                using var piece = new PooledBuffer();
                if (!await call.ReadMessageAsync(piece, call.Cancelled))
                    break;
                _heard.AddRange(piece.WrittenSpan);
                if (piece.WrittenSpan[0] != 0x88 || _answer.Length == 0)
                    continue;
                await call.OnMessageAsync(new ReadOnlySequence<byte>(_answer));
                break;
            }
        }
        catch (OperationCanceledException)
        {
            // The edge has ended it.
        }

        await call.OnEndAsync(null, null);
    }
}
