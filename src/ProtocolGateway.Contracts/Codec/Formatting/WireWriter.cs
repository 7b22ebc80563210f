using System.Buffers;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>Writes the protobuf wire into a pooled buffer, which must be released.</summary>
internal struct WireWriter(int capacity)
{
    private byte[]? _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, 64));

    public int Length { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    public void Varint(ulong value)
    {
        Reserve(10);
        while (value >= 0x80)
        {
            _buffer![Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer![Length++] = (byte)value;
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>The raw bits of a value, as its wire type writes them.</summary>
    public void Bits(int wireType, ulong bits)
    {
        if (wireType == WireReader.Varint)
        {
            Varint(bits);
            return;
        }

        for (var i = 0; i < (wireType == WireReader.Fixed32 ? 4 : 8); i++)
        {
            Reserve(1);
            _buffer![Length++] = (byte)(bits >> (8 * i));
        }
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Varint((ulong)bytes.Length);
        Raw(bytes);
    }

    public readonly void Release()
    {
        if (_buffer is not null)
            ArrayPool<byte>.Shared.Return(_buffer);
    }

    private void Reserve(int count)
    {
        if (_buffer!.Length - Length >= count)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer!.Length * 2, Length + count));
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
