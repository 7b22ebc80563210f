using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using ProtocolGateway.Upstreams.Grpc.Http2;

namespace UnitTests.Upstreams.Wire;

/// <summary>One frame as it came.</summary>
internal sealed record WireFrame(Http2FrameType Type, byte Flags, int StreamId, byte[] Payload)
{
    public bool Ends => Type is Http2FrameType.Data or Http2FrameType.Headers && (Flags & Http2Frame.EndStream) != 0;

    public uint Number(int at = 0) => BinaryPrimitives.ReadUInt32BigEndian(Payload.AsSpan(at));
}

/// <summary>The server's end of an HTTP/2 connection, frame by frame; it keeps no rule that the script does not keep.</summary>
internal sealed class Http2Peer(NetworkStream stream)
{
    public const byte EndBoth = Http2Frame.EndHeaders | Http2Frame.EndStream;

    private static readonly (string, string)[] Head = [(":status", "200"), ("content-type", "application/grpc")];
    private static readonly (string, string)[] Trailers = [("grpc-status", "0")];

    public Socket Socket => stream.Socket;

    /// <summary>Reads the client's preface and sends SETTINGS.</summary>
    public async Task OpenAsync(params (int Id, uint Value)[] settings)
    {
        await stream.ReadExactlyAsync(new byte[24]);
        await SettingsAsync(settings);
    }

    public Task SettingsAsync(params (int Id, uint Value)[] settings)
    {
        var payload = new byte[6 * settings.Length];
        for (var i = 0; i < settings.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(6 * i), (ushort)settings[i].Id);
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan((6 * i) + 2), settings[i].Value);
        }

        return SendAsync(Http2FrameType.Settings, 0, 0, payload);
    }

    public async Task SendAsync(Http2FrameType type, byte flags, int streamId, params byte[] payload) => await stream.WriteAsync(Frame(type, flags, streamId, payload));

    public async Task SendBytesAsync(byte[] bytes) => await stream.WriteAsync(bytes);

    /// <summary>A frame of one number: WINDOW_UPDATE, RST_STREAM.</summary>
    public Task SendNumberAsync(Http2FrameType type, int streamId, uint number) => SendAsync(type, 0, streamId, Number(number));

    public Task HeadersAsync(int streamId, byte flags, params (string Name, string Value)[] fields) => SendAsync(Http2FrameType.Headers, flags, streamId, Block(fields));

    public Task HeadAsync(int streamId) => HeadersAsync(streamId, Http2Frame.EndHeaders, Head);

    public Task DataAsync(int streamId, string message) => SendAsync(Http2FrameType.Data, 0, streamId, ScriptedBackend.Frame(message));

    public Task TrailersAsync(int streamId) => HeadersAsync(streamId, EndBoth, Trailers);

    /// <summary>A whole good answer.</summary>
    public async Task AnswerAsync(int streamId, string message = "ok")
    {
        await HeadAsync(streamId);
        await DataAsync(streamId, message);
        await TrailersAsync(streamId);
    }

    public Task GoAwayAsync(int last, Http2Error error = Http2Error.None) => SendAsync(Http2FrameType.GoAway, 0, 0, [.. Number((uint)last), .. Number((uint)error)]);

    /// <summary>The next frame; null at the end of the connection.</summary>
    public async Task<WireFrame?> ReadAsync()
    {
        var header = new byte[Http2Frame.HeaderLength];
        if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false) < header.Length)
            return null;
        var frame = Http2Frame.Read(header);
        var payload = new byte[frame.Length];
        await stream.ReadExactlyAsync(payload);
        return new(frame.Type, frame.Flags, frame.StreamId, payload);
    }

    /// <summary>The next frame of a type; whatever comes before it is passed over.</summary>
    public async Task<WireFrame> ReadAsync(Http2FrameType type)
    {
        while (await ReadAsync() is { } frame)
        {
            if (frame.Type == type && (type != Http2FrameType.Settings || (frame.Flags & Http2Frame.Ack) == 0))
                return frame;
        }

        throw new EndOfStreamException($"The client closed before it sent {type}.");
    }

    /// <summary>Waits for a whole request; the stream's number.</summary>
    public async Task<int> RequestAsync()
    {
        while (await ReadAsync() is { } frame)
        {
            if (frame.Ends)
                return frame.StreamId;
        }

        throw new EndOfStreamException("The client closed before it sent a request.");
    }

    /// <summary>Answers every request until the client closes.</summary>
    public async Task ServeAsync()
    {
        while (await ReadAsync() is { } frame)
        {
            if (frame.Ends)
                await AnswerAsync(frame.StreamId);
        }
    }

    public static byte[] Frame(Http2FrameType type, byte flags, int streamId, byte[] payload)
    {
        var bytes = new byte[Http2Frame.HeaderLength + payload.Length];
        Http2Frame.Write(bytes, payload.Length, type, flags, streamId);
        payload.CopyTo(bytes, Http2Frame.HeaderLength);
        return bytes;
    }

    /// <summary>A header block of literals that enter no table.</summary>
    public static byte[] Block(params (string Name, string Value)[] fields)
    {
        var block = new List<byte>();
        foreach (var (name, value) in fields)
        {
            block.Add(0);
            Text(name);
            Text(value);
        }

        return [.. block];

        void Text(string text)
        {
            block.AddRange(Integer(text.Length, 7, 0));
            block.AddRange(Encoding.Latin1.GetBytes(text));
        }
    }

    /// <summary>An HPACK integer (RFC 7541, section 5.1).</summary>
    public static byte[] Integer(int value, int prefixBits, byte pattern)
    {
        var most = (1 << prefixBits) - 1;
        if (value < most)
            return [(byte)(pattern | value)];
        var bytes = new List<byte> { (byte)(pattern | most) };
        for (value -= most; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    public static byte[] Number(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }
}
