using System.Text.Json;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Transports.Documents;

/// <summary>How a request names a document instead of, or beside, sending it.</summary>
/// <param name="Id">The id; null where the request names none.</param>
/// <param name="IsAutomatic">It came as extensions.persistedQuery: a hash that belongs to the text.</param>
internal readonly record struct DocumentReference(string? Id, bool IsAutomatic)
{
    // An id is a hash or a short name; more is an attempt.
    private const int MaxIdLength = 256;

    // Utf8JsonReader's own, said here for the message.
    private const int MaxDepth = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Reads <c>extensions.persistedQuery</c>.</summary>
    /// <param name="extensions">A JSON object, known to be well formed, or empty.</param>
    /// <param name="reference">Without an id where the extension is not there.</param>
    public static GatewayError? ReadExtension(ReadOnlySpan<byte> extensions, out DocumentReference reference)
    {
        reference = default;
        // Few requests have extensions, and fewer this one: no parsing for the others.
        if (extensions.IndexOf("persistedQuery"u8) < 0)
            return null;
        try
        {
            var reader = new Utf8JsonReader(extensions, Options);
            return MoveTo(ref reader, "persistedQuery"u8) && reader.TokenType != JsonTokenType.Null ? ReadHash(ref reader, out reference) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Unreadable("extensions", e);
        }
    }

    /// <summary>Reads the member <c>documentId</c> of a request.</summary>
    /// <param name="request">A JSON object, known to be well formed.</param>
    /// <param name="reference">Without an id where the member is not there.</param>
    public static GatewayError? ReadMember(ReadOnlySpan<byte> request, out DocumentReference reference)
    {
        reference = default;
        try
        {
            var reader = new Utf8JsonReader(request, Options);
            if (!MoveTo(ref reader, "documentId"u8) || reader.TokenType == JsonTokenType.Null)
                return null;
            if (reader.TokenType != JsonTokenType.String)
                return TransportErrors.BadPersistedQuery("\"documentId\" is not a text.");
            return FromText(reader.GetString(), out reference);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Unreadable("The request", e);
        }
    }

    /// <summary>Takes an id from a query parameter.</summary>
    public static GatewayError? FromText(string? id, out DocumentReference reference)
    {
        reference = new(string.IsNullOrEmpty(id) ? null : id, false);
        return id?.Length > MaxIdLength ? TransportErrors.BadPersistedQuery($"\"documentId\" is longer than {MaxIdLength} characters.") : null;
    }

    // Of what is known to be JSON, the reader refuses depth, and names and texts that are no Unicode.
    private static GatewayError Unreadable(string what, Exception why) => TransportErrors.BadPersistedQuery(
        why is JsonException ? $"{what} nests more than {MaxDepth} deep." : $"{what} has half of a surrogate pair in a name or an id.");

    private static GatewayError? ReadHash(ref Utf8JsonReader reader, out DocumentReference reference)
    {
        reference = default;
        if (reader.TokenType != JsonTokenType.StartObject)
            return TransportErrors.BadPersistedQuery("extensions.persistedQuery is not an object.");
        var (version, hash) = (0, (string?)null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isVersion, isHash) = (reader.ValueTextEquals("version"u8), reader.ValueTextEquals("sha256Hash"u8));
            reader.Read();
            if (isVersion && reader.TokenType == JsonTokenType.Number)
                version = reader.TryGetInt32(out var number) ? number : 0;
            else if (isHash && reader.TokenType == JsonTokenType.String)
                hash = reader.GetString();
            else
                reader.Skip();
        }

        if (version != 1)
            return TransportErrors.BadPersistedQuery("Unsupported persisted query version: extensions.persistedQuery.version must be 1.");
        if (string.IsNullOrEmpty(hash) || hash.Length > MaxIdLength)
            return TransportErrors.BadPersistedQuery("extensions.persistedQuery.sha256Hash is not a hash.");
        reference = new(hash, true);
        return null;
    }

    // To the value of a member of the object that the text is.
    private static bool MoveTo(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found)
                return true;
            reader.Skip();
        }

        return false;
    }
}
