using System.Text;

namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>Decodes the header blocks of one connection, in the order in which they came (RFC 7541).</summary>
internal sealed class HpackDecoder
{
    private readonly HpackTable _table = new();
    private byte[] _scratch = new byte[256];

    /// <summary>Decodes a whole block; false for an error that makes the connection useless.</summary>
    /// <param name="block">The block, all its fragments joined.</param>
    /// <param name="into">Takes the fields; null where nobody waits for them, as the table must be kept all the same.</param>
    public bool TryDecode(ReadOnlySpan<byte> block, HeaderBlock? into)
    {
        var atBegin = true;
        while (!block.IsEmpty)
        {
            var first = block[0];
            if ((first & 0xE0) == 0x20)
            {
                // Section 4.2: only before the first field.
                if (!atBegin || !TryInteger(ref block, 5, out var size) || !_table.TryResize(size))
                    return false;
                continue;
            }

            atBegin = false;
            if (!TryField(ref block, first, out var field))
                return false;
            into?.Add(field);
        }

        return true;
    }

    private bool TryField(ref ReadOnlySpan<byte> block, byte first, out HpackField field)
    {
        field = default;
        if ((first & 0x80) != 0)
            return TryInteger(ref block, 7, out var indexed) && _table.TryGet(indexed, out field);
        var add = (first & 0x40) != 0;
        if (!TryInteger(ref block, add ? 6 : 4, out var index))
            return false;
        string name;
        if (index == 0)
        {
            if (!TryString(ref block, out name))
                return false;
        }
        else if (_table.TryGet(index, out var named))
        {
            name = named.Name;
        }
        else
        {
            return false;
        }

        if (!TryString(ref block, out var value))
            return false;
        field = new(name, value);
        if (add)
            _table.Add(field);
        return true;
    }

    // Section 5.1; what does not fit 28 bits is larger than anything that we take.
    private static bool TryInteger(ref ReadOnlySpan<byte> block, int prefixBits, out int value)
    {
        value = 0;
        if (block.IsEmpty)
            return false;
        var most = (1 << prefixBits) - 1;
        value = block[0] & most;
        block = block[1..];
        if (value < most)
            return true;
        for (var shift = 0; shift < 28; shift += 7)
        {
            if (block.IsEmpty)
                return false;
            var part = block[0];
            block = block[1..];
            value += (part & 0x7F) << shift;
            if (part < 0x80)
                return true;
        }

        return false;
    }

    private bool TryString(ref ReadOnlySpan<byte> block, out string text)
    {
        text = "";
        if (block.IsEmpty)
            return false;
        var huffman = (block[0] & 0x80) != 0;
        if (!TryInteger(ref block, 7, out var length) || length > block.Length)
            return false;
        var bytes = block[..length];
        block = block[length..];
        if (huffman)
        {
            var most = (length * 8 / 5) + 1;
            if (_scratch.Length < most)
                _scratch = new byte[most];
            var count = HpackHuffman.Decode(bytes, _scratch);
            if (count < 0)
                return false;
            bytes = _scratch.AsSpan(0, count);
        }

        // Statuses and flags are most of the short values that no table holds.
        text = bytes is [>= (byte)'0' and <= (byte)'9'] ? Digits[bytes[0] - '0'] : Encoding.Latin1.GetString(bytes);
        return true;
    }

    private static readonly string[] Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
}
