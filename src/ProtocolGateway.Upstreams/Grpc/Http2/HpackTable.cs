namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>A header field of a table or a block; the name in lower case.</summary>
internal readonly record struct HpackField(string Name, string Value)
{
    /// <summary>What it counts against a table's or a list's limit (RFC 7541, section 4.1).</summary>
    public int Size => Name.Length + Value.Length + 32;
}

/// <summary>The static and the dynamic table of one direction of a connection (RFC 7541, section 2.3). Strings are made once, when a field enters.</summary>
internal sealed class HpackTable
{
    /// <summary>The size that both sides begin with, and that we never change.</summary>
    public const int MaxSize = 4096;

    private static readonly HpackField[] Static = MakeStatic();

    // A ring: the smallest field counts 32, so that more never fit.
    private readonly HpackField[] _ring = new HpackField[MaxSize / 32];
    private int _newest = -1;
    private int _count;
    private int _size;
    private int _limit = MaxSize;

    /// <summary>The field of an index; false where there is none.</summary>
    public bool TryGet(int index, out HpackField field)
    {
        if (index > 0 && index <= Static.Length)
        {
            field = Static[index - 1];
            return true;
        }

        var back = index - Static.Length - 1;
        if (back < 0 || back >= _count)
        {
            field = default;
            return false;
        }

        field = _ring[(_newest - back + _ring.Length) % _ring.Length];
        return true;
    }

    /// <summary>Adds a field, for which old ones may have to go; one that is too large empties the table (section 4.4).</summary>
    public void Add(in HpackField field)
    {
        var size = field.Size;
        Shrink(_limit - size);
        if (size > _limit)
            return;
        _newest = (_newest + 1) % _ring.Length;
        _ring[_newest] = field;
        _count++;
        _size += size;
    }

    /// <summary>Sets the size that the peer has chosen; false where it is more than we allow.</summary>
    public bool TryResize(int limit)
    {
        if (limit > MaxSize)
            return false;
        _limit = limit;
        Shrink(limit);
        return true;
    }

    private void Shrink(int to)
    {
        while (_count > 0 && _size > to)
        {
            var oldest = (_newest - _count + 1 + _ring.Length) % _ring.Length;
            _size -= _ring[oldest].Size;
            _ring[oldest] = default;
            _count--;
        }
    }

    // RFC 7541, appendix A.
    private static HpackField[] MakeStatic()
    {
        const string Fields =
            ":authority||:method|GET|:method|POST|:path|/|:path|/index.html|:scheme|http|:scheme|https|:status|200|:status|204|:status|206|:status|304|"
            + ":status|400|:status|404|:status|500|accept-charset||accept-encoding|gzip, deflate|accept-language||accept-ranges||accept||"
            + "access-control-allow-origin||age||allow||authorization||cache-control||content-disposition||content-encoding||content-language||"
            + "content-length||content-location||content-range||content-type||cookie||date||etag||expect||expires||from||host||if-match||"
            + "if-modified-since||if-none-match||if-range||if-unmodified-since||last-modified||link||location||max-forwards||proxy-authenticate||"
            + "proxy-authorization||range||referer||refresh||retry-after||server||set-cookie||strict-transport-security||transfer-encoding||"
            + "user-agent||vary||via||www-authenticate|";
        var parts = Fields.Split('|');
        var fields = new HpackField[parts.Length / 2];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = new(string.Intern(parts[2 * i]), string.Intern(parts[(2 * i) + 1]));
        return fields;
    }
}
