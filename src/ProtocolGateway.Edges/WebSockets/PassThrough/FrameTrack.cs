namespace ProtocolGateway.Edges.WebSockets.PassThrough;

/// <summary>
/// Where frames begin and end in the bytes that pass one way (RFC 6455, section 5.2): only heads are looked at, as nothing may be said between two
/// sides but between their frames.
/// </summary>
internal struct FrameTrack
{
    private const int Close = 8;

    // What is left of a frame after its head, and what of the head has passed.
    private ulong _left, _length;
    private int _seen, _wanted, _mask;

    /// <summary>A close frame has passed, or begun to: nothing may follow it.</summary>
    public bool HasClosed { get; private set; }

    /// <summary>No frame has begun that has not ended.</summary>
    public readonly bool IsBetween => _left == 0 && _seen == 0;

    /// <summary>Bytes pass.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="untilClose">A close frame is not to pass.</param>
    /// <returns>How many pass: all, or those before a close frame.</returns>
    public int Pass(ReadOnlySpan<byte> bytes, bool untilClose)
    {
        for (var at = 0; at < bytes.Length;)
        {
            if (_left > 0)
            {
                var some = (int)Math.Min(_left, (ulong)(bytes.Length - at));
                _left -= (ulong)some;
                at += some;
                continue;
            }

            if (_seen == 0 && (bytes[at] & 0x0F) == Close)
            {
                if (untilClose)
                    return at;
                HasClosed = true;
            }

            Head(bytes[at++]);
        }

        return bytes.Length;
    }

    private void Head(byte next)
    {
        switch (_seen++)
        {
            case 0:
                (_wanted, _length) = (2, 0);
                break;
            case 1:
                _mask = next >= 0x80 ? 4 : 0;
                var length = next & 0x7F;
                _wanted += length switch { 126 => 2, 127 => 8, _ => 0 };
                _length = length < 126 ? (ulong)length : 0;
                break;
            default:
                _length = (_length << 8) | next;
                break;
        }

        if (_seen < _wanted)
            return;
        _seen = 0;
        _left = _length + (ulong)_mask;
    }
}
