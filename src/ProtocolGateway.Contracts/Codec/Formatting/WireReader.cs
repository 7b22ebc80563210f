using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>
/// Reads the protobuf wire from one span. Every method answers false where the bytes are not the wire format; <see cref="Position"/> is then of no use.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> data)
{
    public const int Varint = 0, Fixed64 = 1, Bytes = 2, StartGroup = 3, EndGroup = 4, Fixed32 = 5;

    /// <summary>How deep unknown groups may nest: as deep as protobuf's own parsers let messages.</summary>
    private const int MaxGroupDepth = 100;

    public readonly ReadOnlySpan<byte> Data = data;
    public int Position;

    public readonly bool AtEnd => Position >= Data.Length;

    /// <summary>A tag: at most five bytes, a field number from 1 to 2^29-1, a wire type from 0 to 5.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadTag(out uint tag)
    {
        var position = Position;
        if ((uint)position < (uint)Data.Length)
        {
            tag = Data[position];
            if (tag is >= 8 and < 0x80 && (tag & 7) <= 5)
            {
                Position = position + 1;
                return true;
            }
        }

        return TryReadLongTag(out tag);
    }

    /// <summary>A varint of at most ten bytes; bits past the 64th are dropped, as protobuf's parsers do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadVarint(out ulong value)
    {
        var position = Position;
        if ((uint)position < (uint)Data.Length && Data[position] < 0x80)
        {
            value = Data[position];
            Position = position + 1;
            return true;
        }

        return TryReadLongVarint(out value);
    }

    public bool TryReadFixed32(out ulong value)
    {
        value = 0;
        if (Data.Length - Position < 4)
            return false;
        value = BinaryPrimitives.ReadUInt32LittleEndian(Data[Position..]);
        Position += 4;
        return true;
    }

    public bool TryReadFixed64(out ulong value)
    {
        value = 0;
        if (Data.Length - Position < 8)
            return false;
        value = BinaryPrimitives.ReadUInt64LittleEndian(Data[Position..]);
        Position += 8;
        return true;
    }

    /// <summary>A length and that many bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadBytes(out ReadOnlySpan<byte> bytes)
    {
        if (TryReadVarint(out var length) && length <= (ulong)(Data.Length - Position))
        {
            bytes = Data.Slice(Position, (int)length);
            Position += (int)length;
            return true;
        }

        bytes = default;
        return false;
    }

    /// <summary>The raw bits of a value of wire type varint, fixed32 or fixed64.</summary>
    public bool TryReadBits(int wireType, out ulong bits)
    {
        switch (wireType)
        {
            case Varint: return TryReadVarint(out bits);
            case Fixed32: return TryReadFixed32(out bits);
            case Fixed64: return TryReadFixed64(out bits);
            default: bits = 0; return false;
        }
    }

    /// <summary>Steps over the value that follows <paramref name="tag"/>, checking it: groups must end with their own number.</summary>
    public bool TrySkip(uint tag, int depth = 0)
    {
        switch ((int)(tag & 7))
        {
            case Varint: return TryReadVarint(out _);
            case Fixed32: return TryReadFixed32(out _);
            case Fixed64: return TryReadFixed64(out _);
            case Bytes: return TryReadBytes(out _);
            case StartGroup: return depth < MaxGroupDepth && TrySkipGroup(tag, depth);
            default: return false;
        }
    }

    /// <summary>The bytes of a length-prefixed value or, of a group, those between its tags.</summary>
    public bool TryReadBody(uint tag, out ReadOnlySpan<byte> body)
    {
        if ((tag & 7) == Bytes)
            return TryReadBytes(out body);
        var start = Position;
        body = default;
        if (!TrySkip(tag))
            return false;
        body = Data[start..(Position - TagLength(tag))];
        return true;
    }

    /// <summary>How many bytes a tag has when it is written shortest, which the end tag of a group need not be: see <see cref="TrySkipGroup"/>.</summary>
    public static int TagLength(uint tag) => tag < 0x80 ? 1 : tag < 0x4000 ? 2 : tag < 0x20_0000 ? 3 : tag < 0x1000_0000 ? 4 : 5;

    private bool TrySkipGroup(uint tag, int depth)
    {
        while (!AtEnd)
        {
            var start = Position;
            if (!TryReadTag(out var inner))
                return false;
            if ((inner & 7) == EndGroup)
                return inner >> 3 == tag >> 3 && Position - start == TagLength(inner); // an end tag of padded length would make TryReadBody cut wrongly
            if (!TrySkip(inner, depth + 1))
                return false;
        }

        return false;
    }

    private bool TryReadLongTag(out uint tag)
    {
        tag = 0;
        var start = Position;
        if (!TryReadLongVarint(out var value) || value > uint.MaxValue || Position - start > 5)
            return false;
        tag = (uint)value;
        return tag >= 8 && (tag & 7) <= 5;
    }

    private bool TryReadLongVarint(out ulong value)
    {
        value = 0;
        var rest = Data[Math.Min(Position, Data.Length)..];
        for (var i = 0; i < rest.Length && i < 10; i++)
        {
            value |= (ulong)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] < 0x80)
            {
                Position += i + 1;
                return true;
            }
        }

        return false;
    }
}
