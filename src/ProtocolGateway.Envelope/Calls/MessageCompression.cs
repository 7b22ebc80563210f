namespace ProtocolGateway.Envelope.Calls;

/// <summary>
/// How the messages of a call are compressed that pass the gateway unread, as between a client and a service that both speak gRPC. Edges that read or make
/// messages have none: they give and take them plain.
/// </summary>
public sealed class MessageCompression
{
    // Far longer than a list of all encodings that there are.
    private const int LongestList = 256;

    /// <summary>What the request's marked messages are compressed with, by its name in gRPC; null where none is marked.</summary>
    public string? Request { get; init; }

    /// <summary>The encodings that the client takes, joined by commas; null where it names none.</summary>
    public string? Accepted { get; init; }

    /// <summary>The request message that was given last is compressed. Set by the edge.</summary>
    public bool IsRequestMarked { get; set; }

    /// <summary>The answer message that is given is compressed, as the answer's head said. Set by the upstream, before the message is given.</summary>
    public bool IsAnswerMarked { get; set; }

    /// <summary>True for the name of one encoding.</summary>
    public static bool IsName(ReadOnlySpan<char> name) => HeaderNames.IsToken(name);

    /// <summary>True for names joined by commas, as a header may carry them on.</summary>
    public static bool IsList(ReadOnlySpan<char> list)
    {
        if (list.Length > LongestList)
            return false;
        foreach (var range in list.Split(','))
        {
            if (!IsName(list[range].Trim(' ')))
                return false;
        }

        return true;
    }

    /// <summary>The client takes messages in this encoding.</summary>
    public bool Takes(ReadOnlySpan<char> encoding)
    {
        var list = Accepted.AsSpan();
        foreach (var range in list.Split(','))
        {
            if (list[range].Trim(' ').SequenceEqual(encoding))
                return true;
        }

        return false;
    }
}
