using System.Buffers.Binary;

namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>The peer's SETTINGS, as far as a client minds them (RFC 9113, section 6.5.2).</summary>
internal sealed class Http2Settings
{
    private const int EntryLength = 6;
    private const ushort EnablePush = 0x2;
    private const ushort MaxConcurrent = 0x3;
    private const ushort InitialWindowSize = 0x4;
    private const ushort MaxFrameSize = 0x5;
    private const ushort MaxHeaderListSize = 0x6;
    private bool _seen;

    /// <summary>How many streams the peer takes at a time. Before its word, what the RFC advises as the least.</summary>
    public int MaxConcurrentStreams { get; private set; } = 100;

    /// <summary>How much each new stream may send, in bytes.</summary>
    public int InitialWindow { get; private set; } = 65_535;

    /// <summary>Appends our own settings.</summary>
    public static void WriteOurs(Http2Sender sender, int headerLimit, int window)
    {
        Span<byte> payload = stackalloc byte[3 * EntryLength];
        Write(payload, EnablePush, 0);
        Write(payload[EntryLength..], InitialWindowSize, (uint)window);
        Write(payload[(2 * EntryLength)..], MaxHeaderListSize, (uint)headerLimit);
        sender.Frame(Http2FrameType.Settings, 0, 0, payload);
    }

    /// <summary>Takes a frame's payload over; the error of a value that is not allowed.</summary>
    public Http2Error Apply(ReadOnlySpan<byte> payload)
    {
        if (payload.Length % EntryLength != 0)
            return Http2Error.FrameSize;
        if (!_seen)
            MaxConcurrentStreams = int.MaxValue;
        _seen = true;
        for (; !payload.IsEmpty; payload = payload[EntryLength..])
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(payload[2..]);
            switch (BinaryPrimitives.ReadUInt16BigEndian(payload))
            {
                case InitialWindowSize when value > int.MaxValue:
                    return Http2Error.FlowControl;
                case EnablePush when value != 0:
                case MaxFrameSize when value is < 16 * 1024 or > 0xFF_FFFF:
                    return Http2Error.Protocol;
                case MaxConcurrent:
                    MaxConcurrentStreams = (int)Math.Min(value, int.MaxValue);
                    break;
                case InitialWindowSize:
                    InitialWindow = (int)value;
                    break;
            }
        }

        return Http2Error.None;
    }

    private static void Write(Span<byte> entry, ushort id, uint value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(entry, id);
        BinaryPrimitives.WriteUInt32BigEndian(entry[2..], value);
    }
}
