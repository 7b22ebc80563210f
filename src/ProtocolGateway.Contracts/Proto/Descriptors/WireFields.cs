namespace ProtocolGateway.Contracts.Proto.Descriptors;

/// <summary>Goes over the fields of a protobuf message without reading into them.</summary>
internal ref struct WireFields(ReadOnlySpan<byte> message)
{
    private const int VarintBytes = 10;

    private readonly ReadOnlySpan<byte> _message = message;

    /// <summary>Where the next field begins; that of the current one ends here.</summary>
    public int Position { get; private set; }

    /// <summary>The current field's number.</summary>
    public int Number { get; private set; }

    /// <summary>Where the current field begins, its tag included.</summary>
    public int Start { get; private set; }

    /// <summary>The bytes of a length-prefixed field; empty for other kinds.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The current field has a length before it.</summary>
    public bool IsBytes { get; private set; }

    /// <summary>The message ended within a field, or holds what no message may, or a group.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Goes to the next field; false at the end and at what is broken.</summary>
    public bool Read()
    {
        if (Position >= _message.Length)
            return false;
        Start = Position;
        Bytes = [];
        IsBytes = false;
        if (!Varint(out var tag) || tag >> 3 is 0 or > int.MaxValue)
            return Break();
        Number = (int)(tag >> 3);
        ulong length = 0;
        switch (tag & 7)
        {
            case 0:
                return Varint(out _) || Break();
            case 1:
                length = 8;
                break;
            case 2:
                if (!Varint(out length))
                    return Break();
                IsBytes = true;
                break;
            case 5:
                length = 4;
                break;
            default:
                return Break();
        }

        if (length > (ulong)(_message.Length - Position))
            return Break();
        if (IsBytes)
            Bytes = _message.Slice(Position, (int)length);
        Position += (int)length;
        return true;
    }

    /// <summary>Takes one number off packed bytes; false where there is none left.</summary>
    public static bool TakeInt32(ref ReadOnlySpan<byte> packed, out int value)
    {
        var fields = new WireFields(packed);
        var read = fields.Varint(out var number);
        value = (int)number;
        packed = read ? packed[fields.Position..] : [];
        return read;
    }

    private bool Varint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < VarintBytes && Position < _message.Length; i++)
        {
            var next = _message[Position++];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
                return true;
        }

        return false;
    }

    private bool Break()
    {
        IsBroken = true;
        return false;
    }
}
