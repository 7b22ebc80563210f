using System.Collections.Frozen;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ProtocolGateway.Edges.GraphQL.Transports.Documents;

/// <summary>
/// Documents known in advance by id. Read from a manifest: Apollo's (<c>{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id",
/// "body"}]}</c>) or a plain map of id to text, as Relay and graphql-codegen write it.
/// </summary>
public sealed class TrustedDocuments
{
    private const string HashPrefix = "sha256:";
    private const string ApolloFormat = "apollo-persisted-query-manifest";

    private readonly FrozenDictionary<string, ReadOnlyMemory<byte>> _byId;

    private TrustedDocuments(Dictionary<string, ReadOnlyMemory<byte>> byId) => _byId = byId.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _byId.Count;

    /// <summary>Reads a manifest.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="problem">What is wrong with it, where null is returned.</param>
    public static TrustedDocuments? Load(string file, out string problem)
    {
        try
        {
            return Read(File.ReadAllBytes(file), out problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"The file cannot be read: {e.Message}";
            return null;
        }
    }

    /// <summary>Reads a manifest's text.</summary>
    /// <param name="json">In UTF-8.</param>
    /// <param name="problem">What is wrong with it, where null is returned.</param>
    public static TrustedDocuments? Read(ReadOnlyMemory<byte> json, out string problem)
    {
        // Editors on Windows begin a file with it; JSON has no place for it.
        if (json.Span.StartsWith(Encoding.UTF8.Preamble))
            json = json[Encoding.UTF8.Preamble.Length..];
        try
        {
            using var manifest = JsonDocument.Parse(json);
            var byId = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
            problem = Fill(manifest.RootElement, byId) ?? "";
            return problem.Length == 0 ? new(byId) : null;
        }
        catch (JsonException e)
        {
            problem = $"The file is not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}.";
            return null;
        }
        catch (InvalidOperationException)
        {
            problem = "The file has half of a surrogate pair (such as \\ud800 alone), or bytes that are not UTF-8, in an id or a document.";
            return null;
        }
    }

    /// <summary>The document with that id, as the inside of a JSON string; <c>sha256:</c> before an id may be there or not.</summary>
    internal bool TryGet(string id, out ReadOnlyMemory<byte> query) => _byId.TryGetValue(Bare(id), out query);

    private static string? Fill(JsonElement manifest, Dictionary<string, ReadOnlyMemory<byte>> byId)
    {
        if (manifest.ValueKind != JsonValueKind.Object)
            return "A manifest is a JSON object.";
        if (!manifest.TryGetProperty("format", out var format) || !manifest.TryGetProperty("operations", out var operations))
            return FillMap(manifest, byId);
        if (format.ValueKind != JsonValueKind.String || format.GetString() != ApolloFormat)
            return $"\"format\" is not {ApolloFormat}.";
        if (!manifest.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number != 1)
            return "\"version\" is not 1.";
        return operations.ValueKind == JsonValueKind.Array ? FillList(operations, byId) : "\"operations\" is not an array.";
    }

    private static string? FillMap(JsonElement map, Dictionary<string, ReadOnlyMemory<byte>> byId)
    {
        foreach (var entry in map.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.String)
                return $"\"{entry.Name}\" is not the text of a document.";
            if (!byId.TryAdd(Bare(entry.Name), Inside(entry.Value)))
                return $"\"{entry.Name}\" is there twice.";
        }

        return null;
    }

    private static string? FillList(JsonElement operations, Dictionary<string, ReadOnlyMemory<byte>> byId)
    {
        var index = 0;
        foreach (var operation in operations.EnumerateArray())
        {
            if (!IsText(operation, "id", out var id) || !IsText(operation, "body", out var body))
                return $"operations[{index}] has no \"id\" or no \"body\" that is a text.";
            if (!byId.TryAdd(Bare(id.GetString()!), Inside(body)))
                return $"operations[{index}] has an id that is there twice.";
            index++;
        }

        return null;
    }

    private static bool IsText(JsonElement operation, string name, out JsonElement text)
    {
        text = default;
        return operation.ValueKind == JsonValueKind.Object && operation.TryGetProperty(name, out text) && text.ValueKind == JsonValueKind.String;
    }

    // Kept as requests bring it, so that the executor reads one form only.
    private static ReadOnlyMemory<byte> Inside(JsonElement text) =>
        JsonEncodedText.Encode(text.GetString()!, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.ToArray();

    private static string Bare(string id) => id.StartsWith(HashPrefix, StringComparison.Ordinal) ? id[HashPrefix.Length..] : id;
}
