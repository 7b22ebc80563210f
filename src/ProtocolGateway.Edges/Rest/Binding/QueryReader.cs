using System.Buffers;
using ProtocolGateway.Edges.Rest.Routing;

namespace ProtocolGateway.Edges.Rest.Binding;

/// <summary>Goes over the pairs of a raw query; <c>a=1&amp;&amp;b</c> has two.</summary>
internal ref struct QueryReader(ReadOnlySpan<char> query)
{
    private ReadOnlySpan<char> _rest = query;

    /// <summary>The raw name.</summary>
    public ReadOnlySpan<char> Name { get; private set; }

    /// <summary>The raw value; empty without an equals sign.</summary>
    public ReadOnlySpan<char> Value { get; private set; }

    /// <summary>Goes to the next pair.</summary>
    public bool Read()
    {
        while (!_rest.IsEmpty)
        {
            var end = _rest.IndexOf('&');
            var pair = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? [] : _rest[(end + 1)..];
            if (pair.IsEmpty)
                continue;
            var equals = pair.IndexOf('=');
            Name = equals < 0 ? pair : pair[..equals];
            Value = equals < 0 ? [] : pair[(equals + 1)..];
            return true;
        }

        return false;
    }
}

/// <summary>Room for decoded text: on the stack for the usual, rented for the long.</summary>
internal ref struct DecodedText(Span<byte> stack)
{
    /// <summary>How much stack a caller gives.</summary>
    public const int StackSize = 256;

    private readonly Span<byte> _stack = stack;
    private byte[]? _rented;

    /// <summary>Decodes; false for a bad escape or what is not UTF-8. The text is valid until the next call or <see cref="Release"/>.</summary>
    public bool TryDecode(ReadOnlySpan<char> raw, bool keepSlashes, bool plusIsSpace, out ReadOnlySpan<byte> utf8)
    {
        var room = _stack;
        if (raw.Length > room.Length)
        {
            if (_rented is null || _rented.Length < raw.Length)
            {
                Release();
                _rented = ArrayPool<byte>.Shared.Rent(raw.Length);
            }

            room = _rented;
        }

        var length = PercentCoding.Decode(raw, room, keepSlashes, plusIsSpace);
        utf8 = length < 0 ? [] : room[..length];
        return length >= 0;
    }

    /// <summary>Gives back what was rented.</summary>
    public void Release()
    {
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
    }
}
