using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Upstreams.Http.Http1;

/// <summary>How an answer's body ends (RFC 9112, section 6.3).</summary>
internal enum Http1Framing
{
    /// <summary>After a known number of bytes.</summary>
    Length,

    /// <summary>After the last chunk.</summary>
    Chunked,

    /// <summary>With the connection.</summary>
    Close,
}

/// <summary>The head of one answer, as its lines say.</summary>
internal sealed class Http1Head
{
    private bool _lengthSeen;
    private bool _codingSeen;

    /// <summary>The status.</summary>
    public int Status { get; set; }

    /// <summary>The version is 1.0: the connection ends with the answer.</summary>
    public bool IsVersion10 { get; set; }

    /// <summary>The headers for the client, those of the connection left out.</summary>
    public CallHeaders Headers { get; } = new();

    /// <summary>The names that Connection lists; null for none.</summary>
    public string? Connection { get; private set; }

    /// <summary>The declared length; 0 where there is none.</summary>
    public long Length { get; private set; }

    /// <summary>How the body ends.</summary>
    public Http1Framing Framing => _codingSeen ? Http1Framing.Chunked : _lengthSeen ? Http1Framing.Length : Http1Framing.Close;

    /// <summary>The connection may serve another exchange after this one.</summary>
    public bool KeepsAlive => !IsVersion10 && (Connection is null || !Lists(Connection, "close"));

    /// <summary>Takes a field over.</summary>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public string? Add(string lowerCaseName, string value)
    {
        switch (lowerCaseName)
        {
            case "content-length":
                return AddLength(value);
            case "transfer-encoding":
                if (_codingSeen || !value.Equals("chunked", StringComparison.OrdinalIgnoreCase))
                    return "The transfer coding is not chunked alone.";
                _codingSeen = true;
                return null;
            case "connection":
                Connection = Connection is null ? value : Connection + "," + value;
                return null;
            default:
                if (!HeaderNames.IsHopByHop(lowerCaseName))
                    Headers.TryAdd(lowerCaseName, value);
                return null;
        }
    }

    /// <summary>Judges the head as a whole, once all its lines are in.</summary>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public string? Complete()
    {
        // Section 6.1: two framings are how answers are smuggled.
        if (_codingSeen && (_lengthSeen || IsVersion10))
            return "The head has a transfer coding beside a length, or in version 1.0.";
        if (Connection is not null)
            Headers.RemoveAll(name => Lists(Connection, name));
        if (_lengthSeen)
            Headers.TryAdd("content-length", Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return null;
    }

    // Section 6.3: repeated lengths are one where they are equal.
    private string? AddLength(string value)
    {
        foreach (var part in value.Split(','))
        {
            // Blanks only: Trim() alone would pass over NBSP and NEL too.
            if (!long.TryParse(part.AsSpan().Trim(" \t"), System.Globalization.NumberStyles.None, null, out var length) || (_lengthSeen && length != Length))
                return "The length is no number, or two that differ.";
            (_lengthSeen, Length) = (true, length);
        }

        return null;
    }

    private static bool Lists(string list, string name)
    {
        foreach (var range in list.AsSpan().Split(','))
        {
            if (list.AsSpan(range).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
