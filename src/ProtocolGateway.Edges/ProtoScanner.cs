using System.Buffers;
using System.Text;

namespace ProtocolGateway.Edges;

/// <summary>Walks over the fields of one serialized message without a contract: for the two messages that edges must look into, HttpBody and Status.</summary>
internal ref struct ProtoScanner(ReadOnlySequence<byte> message)
{
    private SequenceReader<byte> _reader = new(message);

    /// <summary>The number of the current field.</summary>
    public int Field { get; private set; }

    /// <summary>The current field's bytes where it is length-delimited; empty otherwise.</summary>
    public ReadOnlySequence<byte> Bytes { get; private set; }

    /// <summary>The current field is length-delimited.</summary>
    public bool IsBytes { get; private set; }

    /// <summary>The current field's value where it is a varint.</summary>
    public ulong Varint { get; private set; }

    /// <summary>The message ended inside a field or holds what no message may; what came before is good.</summary>
    public bool Malformed { get; private set; }

    /// <summary>Goes to the next field; false at the end and where the message is malformed.</summary>
    public bool Next()
    {
        if (Malformed || _reader.End)
            return false;
        Bytes = default;
        Varint = 0;
        IsBytes = false;
        if (!TryVarint(out var tag) || tag >> 3 is 0 or > 0x1FFFFFFF)
            return Fail();
        Field = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                if (!TryVarint(out var value))
                    return Fail();
                Varint = value;
                return true;
            case 1:
                return Skip(8) || Fail();
            case 5:
                return Skip(4) || Fail();
            case 2:
                if (!TryVarint(out var length) || length > (ulong)_reader.Remaining)
                    return Fail();
                Bytes = _reader.UnreadSequence.Slice(0, (long)length);
                IsBytes = true;
                _reader.Advance((long)length);
                return true;
            default:
                // Groups: neither message has ever had one.
                return Fail();
        }
    }

    /// <summary>The current field's bytes as text; wrong UTF-8 becomes replacement characters.</summary>
    public readonly string Text() => Encoding.UTF8.GetString(Bytes);

    private bool Fail()
    {
        Malformed = true;
        return false;
    }

    private bool Skip(int count)
    {
        if (_reader.Remaining < count)
            return false;
        _reader.Advance(count);
        return true;
    }

    private bool TryVarint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (!_reader.TryRead(out var part))
                return false;
            if (shift == 63 && part > 1)
                return false;
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return true;
        }

        return false;
    }
}
