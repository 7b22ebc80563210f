using System.Buffers.Binary;

namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>The frame types of RFC 9113, section 6.</summary>
internal enum Http2FrameType : byte
{
    Data = 0,
    Headers = 1,
    Priority = 2,
    RstStream = 3,
    Settings = 4,
    PushPromise = 5,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}

/// <summary>The error codes of RFC 9113, section 7.</summary>
internal enum Http2Error : uint
{
    None = 0x0,
    Protocol = 0x1,
    Internal = 0x2,
    FlowControl = 0x3,
    StreamClosed = 0x5,
    FrameSize = 0x6,
    RefusedStream = 0x7,
    Cancel = 0x8,
    Compression = 0x9,
    EnhanceYourCalm = 0xb,
    Http11Required = 0xd,
}

/// <summary>The nine bytes before each frame's payload (RFC 9113, section 4.1).</summary>
/// <param name="Length">Of the payload, in bytes.</param>
/// <param name="Type">The type; unknown ones are to be ignored.</param>
/// <param name="Flags">By type.</param>
/// <param name="StreamId">0 for the connection.</param>
internal readonly record struct Http2Frame(int Length, Http2FrameType Type, byte Flags, int StreamId)
{
    /// <summary>Bytes of a frame's header.</summary>
    public const int HeaderLength = 9;

    /// <summary>The largest payload that we take: what every peer may send without asking.</summary>
    public const int MaxLength = 16 * 1024;

    public const byte EndStream = 0x1;
    public const byte Ack = 0x1;
    public const byte EndHeaders = 0x4;
    public const byte Padded = 0x8;
    public const byte HasPriority = 0x20;

    /// <summary>True where the flag is set.</summary>
    public bool Has(byte flag) => (Flags & flag) != 0;

    /// <summary>Reads the header of nine bytes.</summary>
    public static Http2Frame Read(ReadOnlySpan<byte> header) => new(
        (header[0] << 16) | (header[1] << 8) | header[2],
        (Http2FrameType)header[3],
        header[4],
        BinaryPrimitives.ReadInt32BigEndian(header[5..]) & 0x7FFF_FFFF);

    /// <summary>Writes the header to nine bytes.</summary>
    public static void Write(Span<byte> header, int length, Http2FrameType type, byte flags, int streamId)
    {
        header[0] = (byte)(length >> 16);
        header[1] = (byte)(length >> 8);
        header[2] = (byte)length;
        header[3] = (byte)type;
        header[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(header[5..], streamId);
    }
}
