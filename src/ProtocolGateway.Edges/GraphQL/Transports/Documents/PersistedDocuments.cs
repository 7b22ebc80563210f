namespace ProtocolGateway.Edges.GraphQL.Transports.Documents;

/// <summary>The documents that clients sent with their hash (automatic persisted queries), bounded by bytes.</summary>
/// <param name="maxBytes">All documents together.</param>
internal sealed class PersistedDocuments(int maxBytes)
{
    // What an entry costs beside its text: table, queue, object; measured to the nearest hundred.
    private const int Overhead = 200;

    private readonly ClockCache<DocumentHash, byte[]> _documents = new(maxBytes);

    /// <summary>How many there are.</summary>
    public int Count => _documents.Count;

    /// <summary>The document as it was kept; false where it is not known.</summary>
    public bool TryGet(DocumentHash hash, out ReadOnlyMemory<byte> query)
    {
        var known = _documents.TryGet(hash, out var bytes);
        query = bytes;
        return known;
    }

    /// <summary>Keeps a copy of a document, unless it would push out more than a quarter of all.</summary>
    public void Add(DocumentHash hash, ReadOnlySpan<byte> query)
    {
        var size = query.Length + Overhead;
        if (_documents.Wants(hash, size))
            _documents.Add(hash, query.ToArray(), size);
    }
}
