using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema.Building;

namespace ProtocolGateway.Edges.GraphQL.Schema;

/// <summary>
/// The names that a schema has given out, so that they stay whatever is added to the catalog. A name stays with its contract's element even while that
/// is missing: nothing else gets it. Immutable.
/// </summary>
public sealed class GraphNameManifest
{
    private static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<(string Kind, string Element), string> _names;

    internal GraphNameManifest(Dictionary<(string Kind, string Element), string> names) => _names = names;

    /// <summary>Without names.</summary>
    public static GraphNameManifest Empty { get; } = new([]);

    /// <summary>How many names there are.</summary>
    public int Count => _names.Count;

    /// <summary>All names by kind and contract element.</summary>
    internal IReadOnlyDictionary<(string Kind, string Element), string> Names => _names;

    /// <summary>The name of a contract's element; null where none was given out.</summary>
    /// <param name="kind">query, mutation, subscription, type, input, map or member.</param>
    /// <param name="element">Its full name; of a member, with the type's before it.</param>
    public string? Find(string kind, string element) => _names.GetValueOrDefault((kind, element));

    /// <summary>A root field's name was given to that operation.</summary>
    internal bool HasOperation(string fullName) => Find("query", fullName) is not null || Find("mutation", fullName) is not null || Find("subscription", fullName) is not null;

    /// <summary>Reads a manifest file; a file that does not exist is an empty manifest. What is wrong goes to the diagnostics.</summary>
    public static GraphNameManifest Read(string file, List<Diagnostic> diagnostics)
    {
        if (!File.Exists(file))
            return Empty;
        try
        {
            return Parse(File.ReadAllBytes(file), file, diagnostics);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            var line = e is JsonException { LineNumber: { } number } ? $"{number + 1}" : "";
            diagnostics.Add(new(Severity.Error, new(file, line), $"The manifest of names cannot be read, and names are given out afresh: {e.Message}"));
            return Empty;
        }
    }

    /// <summary>
    /// Writes the manifest to a file, whole or not at all. A file that is there and cannot be read as a manifest stays: what it records would be lost.
    /// </summary>
    /// <param name="file">Its path.</param>
    /// <returns>Why it was not written; null where it was.</returns>
    public string? Save(string file)
    {
        var problems = new List<Diagnostic>();
        Read(file, problems);
        if (problems.Find(static p => p.Severity == Severity.Error) is { } unreadable)
            return $"{file} is not overwritten, as it cannot be read: mend or remove it first. {unreadable.Message}";
        string? part = null;
        try
        {
            // A link stays one.
            var target = File.Exists(file) ? File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file : file;
            part = $"{target}.{Guid.NewGuid():N}.part";
            File.WriteAllText(part, Write());
            File.Move(part, target, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(part))
                File.Delete(part);
            return $"{file} cannot be written: {e.Message}";
        }
    }

    /// <summary>As a JSON document, in an order that does not depend on the contracts'.</summary>
    public string Write()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Layout))
        {
            json.WriteStartObject();
            foreach (var kind in _names.GroupBy(static n => n.Key.Kind).OrderBy(static g => g.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject(kind.Key);
                foreach (var ((_, element), name) in kind.OrderBy(static n => n.Key.Element, StringComparer.Ordinal))
                    json.WriteString(element, name);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static GraphNameManifest Parse(byte[] bytes, string file, List<Diagnostic> diagnostics)
    {
        var names = new Dictionary<(string, string), string>();
        using var document = JsonDocument.Parse(bytes);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("An object is expected, with an object for each kind of name.");
        foreach (var kind in document.RootElement.EnumerateObject())
        {
            if (kind.Value.ValueKind != JsonValueKind.Object)
                throw new JsonException($"{NameOf(kind) ?? "A kind of names"} must be an object.");
            foreach (var entry in kind.Value.EnumerateObject())
            {
                if (NameOf(kind) is { } group && NameOf(entry) is { } element && TextOf(entry.Value) is { } name && NameText.IsValid(name))
                    names[(group, element)] = name;
                else
                    diagnostics.Add(new(Severity.Warning, new(file, $"/{NameOf(kind) ?? "?"}/{NameOf(entry) ?? "?"}"), $"The name is passed over: {(NameOf(kind) is null || NameOf(entry) is null ? "what it is given to has half of a surrogate pair in it" : "it is not one that GraphQL allows")}."));
            }
        }

        return new GraphNameManifest(names);
    }

    // Null for what is no text: half of a surrogate pair too, of which JSON can have escapes.
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
