using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>
/// The protobuf bytes being written, in one growing array. A nested message reserves one byte for its length; closing it moves the
/// content when the length needs more, which is rare in small messages and one memmove in large ones.
/// </summary>
internal sealed class WireBuffer
{
    // What most request messages fit in; kept between messages up to the second figure so that one large message does not pin its memory.
    private const int InitialSize = 4 * 1024;
    private const int LargestKept = 1024 * 1024;
    private const int MaxVarint = 10;

    private static readonly SearchValues<byte> _stops = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private byte[] _bytes = new byte[InitialSize];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Reset()
    {
        Length = 0;
        if (_bytes.Length > LargestKept)
            _bytes = new byte[InitialSize];
    }

    /// <summary>Takes back everything after a position that <see cref="Length"/> gave before.</summary>
    public void Rewind(int length) => Length = length;

    /// <summary>Whether the value written from there on is the default of its type: zero in every encoding, or of no length.</summary>
    public bool IsZeroFrom(int start) => _bytes[start] == 0 && !_bytes.AsSpan(start, Length - start).ContainsAnyExcept((byte)0);

    public void WriteTag(WireTag tag)
    {
        var span = Room(sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(span, tag.Encoded);
        Length += tag.Size;
    }

    public void WriteByte(byte value)
    {
        Room(1)[0] = value;
        Length++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteVarint(ulong value)
    {
        var span = Room(MaxVarint);
        if (value < 0x80)
        {
            span[0] = (byte)value;
            Length++;
            return;
        }

        WriteLongVarint(span, value);
    }

    public void WriteFixed32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Room(sizeof(uint)), value);
        Length += sizeof(uint);
    }

    public void WriteFixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Room(sizeof(ulong)), value);
        Length += sizeof(ulong);
    }

    /// <summary>The length and the bytes.</summary>
    public void WriteLengthPrefixed(ReadOnlySpan<byte> content)
    {
        WriteVarint((ulong)content.Length);
        content.CopyTo(Room(content.Length));
        Length += content.Length;
    }

    /// <summary>
    /// Copies the text of a JSON string up to what may end it or must be decoded: a quote, a backslash, a control character. Returns how many bytes.
    /// Most strings are short: one vector both looks and copies, where a search and a copy would be two calls.
    /// </summary>
    public int WritePlainText(ReadOnlySpan<byte> text)
    {
        var copied = 0;
        while (text.Length - copied >= Vector128<byte>.Count)
        {
            var chunk = Vector128.Create(text[copied..]);
            chunk.CopyTo(Room(Vector128<byte>.Count));
            var stops = Vector128.LessThan(chunk, Vector128.Create((byte)0x20)) | Vector128.Equals(chunk, Vector128.Create((byte)'"'))
                | Vector128.Equals(chunk, Vector128.Create((byte)'\\'));
            if (stops != Vector128<byte>.Zero)
            {
                var before = BitOperations.TrailingZeroCount(stops.ExtractMostSignificantBits());
                Length += before;
                return copied + before;
            }

            Length += Vector128<byte>.Count;
            copied += Vector128<byte>.Count;
        }

        var rest = text[copied..];
        var stop = rest.IndexOfAny(_stops);
        rest = stop < 0 ? rest : rest[..stop];
        rest.CopyTo(Room(rest.Length));
        Length += rest.Length;
        return copied + rest.Length;
    }

    /// <summary>Room for that many bytes, to be followed by <see cref="Advance"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Room(int size)
    {
        if (_bytes.Length - Length < size)
            Grow(size);
        return _bytes.AsSpan(Length);
    }

    public void Advance(int size) => Length += size;

    /// <summary>Reserves the length of a nested message; hand the result to <see cref="EndNested"/>.</summary>
    public int BeginNested()
    {
        Room(1);
        return Length++;
    }

    /// <summary>Writes the length of the message begun at <paramref name="mark"/>. Returns by how many bytes its content had to move.</summary>
    public int EndNested(int mark)
    {
        var content = Length - mark - 1;
        if (content < 0x80)
        {
            _bytes[mark] = (byte)content;
            return 0;
        }

        var extra = VarintSize((uint)content) - 1;
        Room(extra);
        _bytes.AsSpan(mark + 1, content).CopyTo(_bytes.AsSpan(mark + 1 + extra));
        Length = mark;
        WriteLongVarint(_bytes.AsSpan(mark), (ulong)content);
        Length = mark + 1 + extra + content;
        return extra;
    }

    private static int VarintSize(uint value)
    {
        var size = 1;
        for (; value >= 0x80; value >>= 7)
            size++;
        return size;
    }

    private void WriteLongVarint(Span<byte> span, ulong value)
    {
        var i = 0;
        for (; value >= 0x80; value >>= 7)
            span[i++] = (byte)(value | 0x80);
        span[i++] = (byte)value;
        Length += i;
    }

    private void Grow(int size)
    {
        // JsonParsePlan.MaxJsonBytes keeps this below the largest array; the check is for the day that it does not.
        var wanted = Math.Max((long)_bytes.Length * 2, (long)Length + size);
        Array.Resize(ref _bytes, (int)Math.Min(wanted, Math.Max(Array.MaxLength, (long)Length + size)));
    }
}
