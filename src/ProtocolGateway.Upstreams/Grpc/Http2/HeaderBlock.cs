namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>The fields of one decoded header block, pseudo-header apart.</summary>
/// <param name="limit">The most that the fields may count together, in bytes, 32 for each of them included (RFC 9113, section 6.5.2).</param>
internal sealed class HeaderBlock(int limit)
{
    private HpackField[] _fields = new HpackField[8];
    private int _count;
    private int _size;

    /// <summary>The :status; 0 where there was none.</summary>
    public int Status { get; private set; }

    /// <summary>The fields in order.</summary>
    public ReadOnlySpan<HpackField> Fields => _fields.AsSpan(0, _count);

    /// <summary>What is wrong with the block; the rest of it was left out.</summary>
    public string? Wrong { get; private set; }

    /// <summary>The first value of a name; null where there is none.</summary>
    public string? Find(string lowerCaseName)
    {
        foreach (var (name, value) in Fields)
        {
            if (name == lowerCaseName)
                return value;
        }

        return null;
    }

    /// <summary>Adds a field; what no answer may have is noted in <see cref="Wrong"/>.</summary>
    public void Add(in HpackField field)
    {
        _size += field.Size;
        if (_size > limit)
            Wrong ??= $"The headers are larger than {limit} bytes.";
        if (Wrong is not null)
            return;
        if (field.Name is [':', ..])
        {
            AddPseudo(field);
            return;
        }

        if (!IsName(field.Name))
        {
            Wrong = "A header's name is empty or holds characters that none may.";
            return;
        }

        if (_count == _fields.Length)
            Array.Resize(ref _fields, _count * 2);
        _fields[_count++] = field;
    }

    // Section 8.3: first of all, known, and once.
    private void AddPseudo(in HpackField field)
    {
        if (field.Name != ":status" || _count > 0 || Status != 0 || field.Value.Length != 3 || !int.TryParse(field.Value, out var status) || status < 100)
            Wrong = "A pseudo-header is wrong.";
        else
            Status = status;
    }

    // Section 8.2.1: upper case makes the message malformed.
    private static bool IsName(string name)
    {
        foreach (var c in name)
        {
            if (c is <= ' ' or >= '\x7f' or (>= 'A' and <= 'Z') or ':')
                return false;
        }

        return name.Length > 0;
    }
}
