using Microsoft.OpenApi;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>
/// An object schema with its allOf members taken in. Alternatives beside own properties are taken in too, all of theirs optional: a value
/// has the properties of one of them, and none may be lost.
/// </summary>
internal sealed class MergedSchema
{
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);

    /// <summary>The properties in order: those of allOf members first, as a base class's come first.</summary>
    public List<KeyValuePair<string, IOpenApiSchema>> Properties { get; } = [];

    /// <summary>What must be there.</summary>
    public HashSet<string> Required { get; } = new(StringComparer.Ordinal);

    /// <summary>The schema of properties that are not named.</summary>
    public IOpenApiSchema? Additional { get; private set; }

    /// <summary>Properties that are not named are forbidden.</summary>
    public bool Closed { get; private set; }

    /// <summary>The first member that is not an object: what the whole is when no properties turn up.</summary>
    public IOpenApiSchema? Other { get; private set; }

    /// <summary>The first member that is a pure union.</summary>
    public IOpenApiSchema? Union { get; private set; }

    /// <summary>Properties that do not come from alternatives.</summary>
    public bool HasOwnProperties { get; private set; }

    /// <summary>Merges; iterative, and each schema is taken in once, so circles end.</summary>
    public static MergedSchema Of(IOpenApiSchema root)
    {
        var merged = new MergedSchema();
        var visited = new HashSet<IOpenApiSchema>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<(IOpenApiSchema Schema, bool Optional, bool Expanded)>();
        stack.Push((root, false, false));
        while (stack.TryPop(out var item))
        {
            if (item.Expanded)
            {
                merged.Take(item.Schema, item.Optional, ReferenceEquals(item.Schema, root));
                continue;
            }

            if (SchemaFacts.Resolve(item.Schema) is not { } schema || !visited.Add(schema))
                continue;
            // Pushed in reverse of the order in which they are taken in: allOf members, own, alternatives.
            var choices = SchemaFacts.Choices(schema);
            for (var i = choices.Count - 1; i >= 0; i--)
                stack.Push((choices[i], true, false));
            stack.Push((schema, item.Optional, true));
            for (var i = (schema.AllOf?.Count ?? 0) - 1; i >= 0; i--)
                stack.Push((schema.AllOf![i], item.Optional, false));
        }

        return merged;
    }

    private void Take(IOpenApiSchema schema, bool optional, bool isRoot)
    {
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
        {
            HasOwnProperties |= !optional;
            if (_index.TryAdd(name, Properties.Count))
                Properties.Add(new(name, property));
            else if (!optional && !SchemaFacts.OnlyRestricts(property))
                Properties[_index[name]] = new(name, property);
        }

        if (!optional && schema.Required is { } required)
            Required.UnionWith(required);
        Additional = schema.AdditionalProperties ?? Additional;
        Closed |= isRoot && !schema.AdditionalPropertiesAllowed;
        if (isRoot || optional || schema.Properties is { Count: > 0 })
            return;
        var type = SchemaFacts.TypeOf(schema);
        if (SchemaFacts.Choices(schema).Count > 0)
            Union ??= schema;
        else if ((type != 0 && type != JsonSchemaType.Object) || schema.Enum is { Count: > 0 })
            Other ??= schema;
    }
}
