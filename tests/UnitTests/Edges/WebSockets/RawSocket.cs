using System.Buffers.Binary;
using System.Text;
using ProtocolGateway.TestKit.Running;
using Xunit;

namespace UnitTests.Edges.WebSockets;

/// <summary>A WebSocket of which a test makes each frame itself (RFC 6455, section 5.2).</summary>
internal sealed class RawSocket : IAsyncDisposable
{
    public const int Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10;

    private readonly RawConnection _connection;
    private readonly List<byte> _input = [];

    private RawSocket(RawConnection connection) => _connection = connection;

    /// <param name="port">The port.</param>
    /// <param name="path">The path.</param>
    /// <param name="protocol">What is offered; null for nothing.</param>
    /// <param name="early">Frames that are sent together with the handshake, before its answer.</param>
    public static async Task<RawSocket> OpenAsync(int port, string path, string? protocol, string early = "")
    {
        var socket = new RawSocket(await RawConnection.OpenAsync(port));
        var offered = protocol is null ? "" : $"Sec-WebSocket-Protocol: {protocol}\r\n";
        await socket._connection.SendAsync($"GET {path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{offered}\r\n{early}");
        while (true)
        {
            var head = Encoding.Latin1.GetString([.. socket._input]);
            if (head.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var end)
            {
                Assert.StartsWith("HTTP/1.1 101 ", head, StringComparison.Ordinal);
                socket._input.RemoveRange(0, end + 4);
                return socket;
            }

            Assert.True(await socket.FillAsync(), "The handshake was not answered.");
        }
    }

    /// <summary>The bytes of one frame.</summary>
    public static byte[] Frame(int opcode, ReadOnlySpan<byte> payload, bool final = true, bool masked = true, int reserved = 0)
    {
        var first = (byte)((final ? 0x80 : 0) | (reserved << 4) | opcode);
        var mask = (byte)(masked ? 0x80 : 0);
        byte[] length = payload.Length switch
        {
            < 126 => [(byte)(mask | payload.Length)],
            <= ushort.MaxValue => [(byte)(mask | 126), (byte)(payload.Length >> 8), (byte)payload.Length],
            _ => [(byte)(mask | 127), .. BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness((long)payload.Length))],
        };
        // A mask of zeros changes nothing, and is one.
        return [first, .. length, .. masked ? new byte[4] : [], .. payload];
    }

    public Task SendAsync(byte[] bytes) => _connection.SendAsync(bytes);

    public Task SendAsync(string text) => SendAsync(Frame(Text, Encoding.UTF8.GetBytes(text)));

    /// <summary>Breaks the connection.</summary>
    public void Reset() => _connection.Reset();

    /// <summary>The next frame: <c>text ...</c>, <c>binary hex</c>, <c>pong ...</c>, <c>close code</c>; <c>end</c> where the connection has ended.</summary>
    public async Task<string> ReceiveAsync()
    {
        while (true)
        {
            if (TryTake(out var opcode, out var payload))
            {
                return opcode switch
                {
                    Text => "text " + Encoding.UTF8.GetString(payload),
                    Binary => "binary " + Convert.ToHexString(payload),
                    Ping => "ping",
                    Pong => "pong " + Encoding.UTF8.GetString(payload),
                    _ => "close " + (payload.Length < 2 ? "" : BinaryPrimitives.ReadUInt16BigEndian(payload)),
                };
            }

            if (!await FillAsync())
                return "end";
        }
    }

    /// <summary>Passes over all until the close frame, or the end.</summary>
    public async Task<string> ReceiveCloseAsync()
    {
        while (true)
        {
            if (await ReceiveAsync() is var frame && (frame == "end" || frame.StartsWith("close", StringComparison.Ordinal)))
                return frame;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private bool TryTake(out int opcode, out byte[] payload)
    {
        (opcode, payload) = (0, []);
        if (_input.Count < 2)
            return false;
        var (head, length) = (2, (int)_input[1]);
        if (length == 126)
            (head, length) = (4, _input.Count < 4 ? int.MaxValue / 2 : (_input[2] << 8) | _input[3]);
        else if (length == 127)
            (head, length) = (10, _input.Count < 10 ? int.MaxValue / 2 : (_input[6] << 24) | (_input[7] << 16) | (_input[8] << 8) | _input[9]);
        if (_input.Count < head + length)
            return false;
        opcode = _input[0] & 0x0F;
        payload = [.. _input.GetRange(head, length)];
        _input.RemoveRange(0, head + length);
        return true;
    }

    private async Task<bool> FillAsync()
    {
        var some = await _connection.ReadAsync();
        _input.AddRange(some);
        return some.Length > 0;
    }
}
