using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ProtocolGateway.Contracts.Codec.Formatting;

/// <summary>
/// Text that JSON takes as it is: ASCII without quotes, backslashes and controls. Most values are that, and short, so looking and copying are one step:
/// a search and a copy apart are two calls, which cost more than the bytes themselves.
/// </summary>
internal static class PlainText
{
    /// <summary>Copies the plain beginning of a text and returns how long it is. The target is at least as long as the text; what it has after the beginning is of no use.</summary>
    // Inlined into the loop over fields, the spans would live on its stack, and be written in halves and read whole, which stalls: half of the time of a message.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int CopyBeginning(ReadOnlySpan<byte> text, Span<byte> target)
    {
        if (text.Length < Vector128<byte>.Count)
            return CopyShort(text, target);
        var last = text.Length - Vector128<byte>.Count;
        for (var at = 0; at < last; at += Vector128<byte>.Count)
        {
            var plain = CopyVector(text[at..], target[at..]);
            if (plain < Vector128<byte>.Count)
                return at + plain;
        }

        // The last vector may overlap the one before.
        return last + CopyVector(text[last..], target[last..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CopyVector(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var bytes = Vector128.Create(text);
        bytes.CopyTo(target);
        return PlainBytes(bytes);
    }

    // Two halves, which may overlap.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CopyShort(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var length = text.Length;
        if (length >= sizeof(ulong))
        {
            var first = BinaryPrimitives.ReadUInt64LittleEndian(text);
            var second = BinaryPrimitives.ReadUInt64LittleEndian(text[(length - sizeof(ulong))..]);
            BinaryPrimitives.WriteUInt64LittleEndian(target, first);
            BinaryPrimitives.WriteUInt64LittleEndian(target[(length - sizeof(ulong))..], second);
            var plain = PlainBytes(Vector128.Create(first, second).AsByte());
            return plain < sizeof(ulong) ? plain : length - 2 * sizeof(ulong) + plain;
        }

        if (length >= sizeof(uint))
        {
            var first = BinaryPrimitives.ReadUInt32LittleEndian(text);
            var second = BinaryPrimitives.ReadUInt32LittleEndian(text[(length - sizeof(uint))..]);
            BinaryPrimitives.WriteUInt32LittleEndian(target, first);
            BinaryPrimitives.WriteUInt32LittleEndian(target[(length - sizeof(uint))..], second);
            var plain = PlainBytes(Vector128.Create(first, second, first, second).AsByte());
            return plain == Vector128<byte>.Count ? length : plain < sizeof(uint) ? plain : length - 2 * sizeof(uint) + plain;
        }

        for (var i = 0; i < length; i++)
        {
            if (text[i] is < 0x20 or >= 0x7F or (byte)'"' or (byte)'\\')
                return i;
            target[i] = text[i];
        }

        return length;
    }

    // How many bytes are plain before the first that is not. As signed bytes, what is not ASCII lies below the space too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PlainBytes(Vector128<byte> bytes)
    {
        var others = Vector128.LessThan(bytes.AsSByte(), Vector128.Create((sbyte)0x20)).AsByte()
            | Vector128.Equals(bytes, Vector128.Create((byte)0x7F))
            | Vector128.Equals(bytes, Vector128.Create((byte)'"'))
            | Vector128.Equals(bytes, Vector128.Create((byte)'\\'));
        return others == Vector128<byte>.Zero ? Vector128<byte>.Count : BitOperations.TrailingZeroCount(others.ExtractMostSignificantBits());
    }
}
