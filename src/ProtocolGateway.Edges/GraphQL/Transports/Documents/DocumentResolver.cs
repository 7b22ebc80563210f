using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Transports.Documents;

/// <summary>
/// Finds the document of a request: in the request itself, among the trusted ones, or among those that clients sent with their hash before. Holds the
/// latter, and so is one for the edge.
/// </summary>
internal sealed class DocumentResolver(GraphTransportOptions options)
{
    private const string HashPrefix = "sha256:";

    private readonly PersistedDocuments? _persisted = options.AutomaticPersistedQueries ? new(options.MaxPersistedBytes) : null;
    private readonly TrustedDocuments? _trusted = options.TrustedDocuments;

    /// <summary>Finds it.</summary>
    /// <param name="incoming">As it came.</param>
    /// <param name="request">With its document, where null is returned.</param>
    public GatewayError? Resolve(in IncomingRequest incoming, out GraphRequest request)
    {
        request = incoming.Request;
        var error = ReadReference(incoming, out var reference);
        if (error is not null)
            return error;
        if (reference.Id is null)
            return options.TrustedDocumentsOnly ? TransportErrors.DocumentIdRequired() : request.Query.IsEmpty ? TransportErrors.NoQuery() : null;
        if (_trusted is not null && _trusted.TryGet(reference.Id, out var trusted))
        {
            request = request with { Query = trusted };
            return null;
        }

        if (options.TrustedDocumentsOnly)
            return TransportErrors.DocumentNotTrusted();
        error = request.Query.IsEmpty ? Find(reference, out var query) : Keep(reference, query = request.Query);
        request = request with { Query = query };
        return error;
    }

    private static GatewayError? ReadReference(in IncomingRequest incoming, out DocumentReference reference) => incoming.DocumentId is not null
        ? DocumentReference.FromText(incoming.DocumentId, out reference)
        : DocumentReference.ReadExtension(incoming.Request.Extensions.Span, out reference);

    private GatewayError? Find(DocumentReference reference, out ReadOnlyMemory<byte> query)
    {
        query = default;
        if (_persisted is null)
            return reference.IsAutomatic ? TransportErrors.PersistedQueryNotSupported() : TransportErrors.PersistedQueryNotFound();
        return TryReadHash(reference.Id!, out var hash) && _persisted.TryGet(hash, out query) ? null : TransportErrors.PersistedQueryNotFound();
    }

    // A text that came with a hash of its own is kept for the next request. A text beside another id is simply the document.
    private GatewayError? Keep(DocumentReference reference, ReadOnlyMemory<byte> query)
    {
        if (!reference.IsAutomatic || _persisted is null)
            return null;
        if (!TryReadHash(reference.Id!, out var hash))
            return TransportErrors.BadPersistedQuery("extensions.persistedQuery.sha256Hash is not a hash: 64 hexadecimal digits.");
        // A known hash need not be computed again, if the text is the known one.
        if (_persisted.TryGet(hash, out var known) && known.Span.SequenceEqual(query.Span))
            return null;
        if (DocumentHash.Of(JsonText.Unescape(query.Span)) != hash)
            return TransportErrors.BadPersistedQuery("extensions.persistedQuery.sha256Hash is not the hash of \"query\".");
        _persisted.Add(hash, query.Span);
        return null;
    }

    private static bool TryReadHash(string id, out DocumentHash hash) =>
        DocumentHash.TryParse(id.StartsWith(HashPrefix, StringComparison.Ordinal) ? id.AsSpan(HashPrefix.Length) : id, out hash);
}
