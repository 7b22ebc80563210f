namespace ProtocolGateway.Edges.Rest.Streaming;

/// <summary>
/// Finds where JSON values end in bytes that come in pieces: the elements of one array, or values one after another (NDJSON among them).
/// It looks at nesting and strings only; whether a value is good JSON is for the parser to say. Each byte is looked at once.
/// </summary>
internal struct JsonSplitter
{
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private bool _scalar;

    /// <summary>The value is inside a string, object or array: what has come is surely not all of it.</summary>
    public readonly bool IsOpen => _depth > 0 || _inString;

    /// <summary>Looks for the end of the current value; true where it is found, and ready for the next value then.</summary>
    /// <param name="bytes">What follows the bytes looked at before.</param>
    /// <param name="inArray">The values are elements: a comma or the array's bracket ends a number or literal.</param>
    /// <param name="taken">How many of the bytes belong to the value.</param>
    public bool TryFindEnd(ReadOnlySpan<byte> bytes, bool inArray, out int taken)
    {
        for (taken = 0; taken < bytes.Length; taken++)
        {
            var c = bytes[taken];
            if (_inString)
            {
                taken += SkipString(bytes[taken..]) - 1;
                if (!_inString && _depth == 0)
                    return Found(1, ref taken);
                continue;
            }

            switch (c)
            {
                case (byte)'"':
                    if (_scalar && _depth == 0)
                        return Found(0, ref taken);
                    _inString = true;
                    break;
                case (byte)'{' or (byte)'[':
                    if (_scalar && _depth == 0)
                        return Found(0, ref taken);
                    _depth++;
                    break;
                case (byte)'}' or (byte)']' when _depth > 0:
                    if (--_depth == 0)
                        return Found(1, ref taken);
                    break;
                case (byte)',' or (byte)']' when _depth == 0 && inArray:
                    return Found(0, ref taken);
                case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                    if (_scalar && _depth == 0)
                        return Found(0, ref taken);
                    break;
                default:
                    if (_depth == 0)
                        _scalar = true;
                    break;
            }
        }

        return false;
    }

    private bool Found(int more, ref int taken)
    {
        taken += more;
        this = default;
        return true;
    }

    // How many bytes of the string are there, the closing quote included.
    private int SkipString(ReadOnlySpan<byte> bytes)
    {
        var i = 0;
        if (_escaped)
        {
            _escaped = false;
            i = 1;
        }

        while (i < bytes.Length)
        {
            var next = bytes[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0)
                return bytes.Length;
            i += next + 1;
            if (bytes[i - 1] == '"')
            {
                _inString = false;
                return i;
            }

            if (i == bytes.Length)
                _escaped = true;
            i++;
        }

        return Math.Min(i, bytes.Length);
    }
}
