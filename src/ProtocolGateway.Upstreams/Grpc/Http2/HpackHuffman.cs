namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>Decodes HPACK's Huffman code (RFC 7541, appendix B).</summary>
internal static class HpackHuffman
{
    private const int EndOfString = 256;
    private const int LongestCode = 30;

    // Codes up to here, which every usual character has, are found by one look.
    private const int QuickBits = 10;

    // How many bits the code of each symbol has. The code is canonical: the codes themselves follow from the lengths.
    private static ReadOnlySpan<byte> Lengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    private static readonly Tables Code = new();

    /// <summary>Decodes a whole string; -1 where it is no valid one: a wrong end, or the symbol that none may hold.</summary>
    /// <param name="encoded">The bytes.</param>
    /// <param name="into">At least 8/5 of the encoded length.</param>
    /// <returns>How many bytes it has.</returns>
    public static int Decode(ReadOnlySpan<byte> encoded, Span<byte> into)
    {
        ulong bits = 0;
        var count = 0;
        var written = 0;
        var next = 0;
        while (true)
        {
            while (count <= 56 && next < encoded.Length)
            {
                bits |= (ulong)encoded[next++] << (56 - count);
                count += 8;
            }

            if (count == 0)
                return written;
            var (symbol, length) = Code.Find((uint)(bits >> 32));
            if (length > count)
            {
                // What is left must be the beginning of the end symbol, which is all ones, and less than a byte (section 5.2).
                return count < 8 && bits >> (64 - count) == (1UL << count) - 1 ? written : -1;
            }

            if (symbol == EndOfString)
                return -1;
            into[written++] = (byte)symbol;
            bits <<= length;
            count -= length;
        }
    }

    private sealed class Tables
    {
        private readonly (short Symbol, byte Length)[] _quick = new (short, byte)[1 << QuickBits];

        // By length: the first code, left-aligned to 32 bits, where its symbols begin in the list, and how many there are.
        private readonly (uint First, int Index, int Count)[] _byLength = new (uint, int, int)[LongestCode + 1];
        private readonly short[] _symbols = new short[Lengths.Length];

        public Tables()
        {
            uint code = 0;
            var index = 0;
            for (var length = 1; length <= LongestCode; length++)
            {
                _byLength[length] = (code, index, 0);
                for (var symbol = 0; symbol < Lengths.Length; symbol++)
                {
                    if (Lengths[symbol] != length)
                        continue;
                    _symbols[index++] = (short)symbol;
                    _byLength[length].Count++;
                    if (length <= QuickBits)
                        Array.Fill(_quick, ((short)symbol, (byte)length), (int)(code >> (32 - QuickBits)), 1 << (QuickBits - length));
                    code += 1u << (32 - length);
                }
            }
        }

        public (int Symbol, int Length) Find(uint bits)
        {
            var (quick, quickLength) = _quick[bits >> (32 - QuickBits)];
            if (quickLength != 0)
                return (quick, quickLength);
            for (var length = QuickBits + 1; length < LongestCode; length++)
            {
                var (first, index, count) = _byLength[length];
                var offset = (bits - first) >> (32 - length);
                if (bits >= first && offset < (uint)count)
                    return (_symbols[index + (int)offset], length);
            }

            var last = _byLength[LongestCode];
            return (_symbols[last.Index + (int)((bits - last.First) >> (32 - LongestCode))], LongestCode);
        }
    }
}
