using System.Buffers;
using System.Numerics;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>The few writes of the protobuf wire format that binding does itself.</summary>
internal static class Wire
{
    private const uint LengthPrefixed = 2;

    public static int VarintSize(uint value) => (BitOperations.Log2(value | 1) / 7) + 1;

    public static void WriteVarint(IBufferWriter<byte> output, uint value)
    {
        var span = output.GetSpan(5);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
            span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        output.Advance(length);
    }

    public static void WriteBytes(IBufferWriter<byte> output, int fieldNumber, ReadOnlySpan<byte> bytes)
    {
        WriteTagAndLength(output, fieldNumber, bytes.Length);
        output.Write(bytes);
    }

    public static void WriteTagAndLength(IBufferWriter<byte> output, int fieldNumber, int length)
    {
        WriteVarint(output, ((uint)fieldNumber << 3) | LengthPrefixed);
        WriteVarint(output, (uint)length);
    }

    /// <summary>The size of a length-prefixed field with its tag and length.</summary>
    public static int FieldSize(int fieldNumber, int length) => VarintSize((uint)fieldNumber << 3) + VarintSize((uint)length) + length;
}
