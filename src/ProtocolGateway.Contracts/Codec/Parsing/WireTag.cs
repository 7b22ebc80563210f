namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>The low three bits of a tag.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    LengthPrefixed = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}

/// <summary>A tag encoded ahead of time: up to five bytes in the low end of a word, so that one store writes it.</summary>
internal readonly struct WireTag
{
    public WireTag(int fieldNumber, WireType type)
    {
        var value = ((uint)fieldNumber << 3) | (uint)type;
        for (; value >= 0x80; value >>= 7)
            Encoded |= (ulong)((value & 0x7F) | 0x80) << (8 * Size++);
        Encoded |= (ulong)value << (8 * Size++);
    }

    public ulong Encoded { get; }

    public int Size { get; }
}
