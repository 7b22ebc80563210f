using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts;

/// <summary>
/// Names that were given out to elements of contracts, so that they stay whatever is added to the catalog. A name stays with its element even while
/// that is missing: nothing else gets it. Immutable.
/// </summary>
/// <param name="names">The names by kind and element.</param>
public sealed class NameManifest(IReadOnlyDictionary<(string Kind, string Element), string> names)
{
    private static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Without names.</summary>
    public static NameManifest Empty { get; } = new(new Dictionary<(string, string), string>());

    /// <summary>All names by kind and contract element.</summary>
    public IReadOnlyDictionary<(string Kind, string Element), string> Names => names;

    /// <summary>The name of a contract's element; null where none was given out.</summary>
    public string? Find(string kind, string element) => names.GetValueOrDefault((kind, element));

    /// <summary>Reads a manifest file; a file that does not exist is an empty manifest. What is wrong goes to the diagnostics.</summary>
    /// <param name="file">Its path.</param>
    /// <param name="isValid">Which names there can be, by kind.</param>
    /// <param name="protocol">Who allows them, for diagnostics.</param>
    /// <param name="diagnostics">Takes the findings.</param>
    public static NameManifest Read(string file, Func<string, string, bool> isValid, string protocol, List<Diagnostic> diagnostics)
    {
        if (!File.Exists(file))
            return Empty;
        try
        {
            return Parse(File.ReadAllBytes(file), file, isValid, protocol, diagnostics);
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
        Read(file, static (_, _) => true, "", problems);
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
            foreach (var kind in names.GroupBy(static n => n.Key.Kind).OrderBy(static g => g.Key, StringComparer.Ordinal))
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

    private static NameManifest Parse(byte[] bytes, string file, Func<string, string, bool> isValid, string protocol, List<Diagnostic> diagnostics)
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
                if (NameOf(kind) is { } group && NameOf(entry) is { } element && TextOf(entry.Value) is { } name && isValid(group, name))
                    names[(group, element)] = name;
                else
                    diagnostics.Add(new(Severity.Warning, new(file, $"/{NameOf(kind) ?? "?"}/{NameOf(entry) ?? "?"}"), $"The name is passed over: {(NameOf(kind) is null || NameOf(entry) is null ? "what it is given to has half of a surrogate pair in it" : $"it is not one that {protocol} allows")}."));
            }
        }

        return new NameManifest(names);
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
