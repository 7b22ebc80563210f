using ProtocolGateway.Contracts;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema.Building;

namespace ProtocolGateway.Edges.GraphQL.Schema;

/// <summary>The names that a schema has given out. The kinds are query, mutation, subscription, type, input, map and member. Immutable.</summary>
public sealed class GraphNameManifest
{
    private readonly NameManifest _manifest;

    internal GraphNameManifest(Dictionary<(string Kind, string Element), string> names) => _manifest = new(names);

    private GraphNameManifest(NameManifest manifest) => _manifest = manifest;

    /// <summary>Without names.</summary>
    public static GraphNameManifest Empty { get; } = new(NameManifest.Empty);

    /// <summary>How many names there are.</summary>
    public int Count => _manifest.Names.Count;

    /// <summary>All names by kind and contract element.</summary>
    internal IReadOnlyDictionary<(string Kind, string Element), string> Names => _manifest.Names;

    /// <summary>The name of a contract's element; null where none was given out.</summary>
    /// <param name="kind">query, mutation, subscription, type, input, map or member.</param>
    /// <param name="element">Its full name; of a member, with the type's before it.</param>
    public string? Find(string kind, string element) => _manifest.Find(kind, element);

    /// <summary>A root field's name was given to that operation.</summary>
    internal bool HasOperation(string fullName) => Find("query", fullName) is not null || Find("mutation", fullName) is not null || Find("subscription", fullName) is not null;

    /// <summary>Reads a manifest file; a file that does not exist is an empty manifest. What is wrong goes to the diagnostics.</summary>
    public static GraphNameManifest Read(string file, List<Diagnostic> diagnostics) =>
        new(NameManifest.Read(file, static (_, name) => NameText.IsValid(name), "GraphQL", diagnostics));

    /// <inheritdoc cref="NameManifest.Save"/>
    public string? Save(string file) => _manifest.Save(file);

    /// <inheritdoc cref="NameManifest.Write"/>
    public string Write() => _manifest.Write();
}
