using Microsoft.OpenApi;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>A type where it is used.</summary>
internal readonly record struct TypeUse(DataType Type, bool Nullable);

/// <summary>
/// Schemas to types, each once: a component is known by its object, whichever reference leads to it. Messages and unions are made empty and
/// completed from a queue, so neither circles nor long chains of components cost stack.
/// </summary>
internal sealed class SchemaConverter
{
    // Inline schemas and chains of list components; real documents stay below 20.
    private const int MaxDepth = 100;

    private static readonly ScalarType StringKey = new(ScalarKind.String);

    private readonly NameBook _names;
    private readonly DiagnosticList _diagnostics;
    private readonly Dictionary<IOpenApiSchema, TypeUse> _converted = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<IOpenApiSchema> _open = new(ReferenceEqualityComparer.Instance);
    private readonly List<(IOpenApiSchema Schema, string Name, string Pointer)> _components = [];
    private readonly Dictionary<IOpenApiSchema, int> _componentOf = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<(MessageType? Message, MergedSchema? Merged, UnionType? Union, IOpenApiSchema Schema, string Place)> _pending = new();
    private string _place = "";

    /// <summary>Reserves the components' names, so that nothing inline can take one.</summary>
    public SchemaConverter(string service, OpenApiDocument document, NameBook names, DiagnosticList diagnostics)
    {
        (_names, _diagnostics) = (names, diagnostics);
        foreach (var (name, schema) in document.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>())
        {
            if (schema is null or OpenApiSchemaReference || !_componentOf.TryAdd(schema, _components.Count))
                continue;
            _components.Add((schema, names.Take($"{service}.{name}"), "/components/schemas/" + DiagnosticList.Escape(name)));
        }
    }

    /// <summary>Every message made so far, by full name.</summary>
    public Dictionary<string, MessageType> Types { get; } = new(StringComparer.Ordinal);

    /// <summary>The type of a schema.</summary>
    /// <param name="schema">The schema; null is any JSON.</param>
    /// <param name="name">The full name of the type, should it need one and be no component.</param>
    /// <param name="place">Where a finding is reported: a JSON pointer.</param>
    public TypeUse Convert(IOpenApiSchema? schema, string name, string place)
    {
        _place = place;
        var use = Convert(schema, name, 0);
        Drain();
        return use;
    }

    /// <summary>Converts the components that no operation has asked for.</summary>
    public void ConvertComponents()
    {
        foreach (var (schema, name, pointer) in _components)
            Convert(schema, name, pointer);
    }

    private TypeUse Convert(IOpenApiSchema? schema, string name, int depth, bool named = false)
    {
        if (schema is null)
            return new(ScalarReader.AnyJson, true);
        if (SchemaFacts.Resolve(schema) is not { } target)
        {
            var id = (schema as OpenApiSchemaReference)?.Reference?.ReferenceV3;
            return Weaker($"The reference {id} leads nowhere in this document (other files and hosts are not read); any JSON is taken. Put the schema into components.");
        }

        if (_converted.TryGetValue(target, out var known))
            return known;
        if (depth > MaxDepth)
            return Weaker($"Schemas nest deeper than {MaxDepth} levels; what lies deeper is taken as any JSON.");
        if (!_open.Add(target))
            return Weaker("A schema contains itself without an object between; the inner one is taken as any JSON.");
        var place = _place;
        var isComponent = _componentOf.TryGetValue(target, out var component);
        if (isComponent)
            (_, name, _place) = _components[component];
        var use = Build(target, name, isComponent || named, depth);
        _place = place;
        _open.Remove(target);
        _converted[target] = use;
        return use;
    }

    private TypeUse Build(IOpenApiSchema schema, string name, bool component, int depth)
    {
        var nullable = SchemaFacts.AllowsNull(schema);
        var type = SchemaFacts.TypeOf(schema);
        if (SchemaFacts.EnumTexts(schema) is { } texts)
            return new(MakeEnum(schema, texts, Named(name, component)), nullable);
        if (Wrapped(schema) is { } inner)
        {
            var use = Convert(inner, name, depth + 1, component);
            return use with { Nullable = use.Nullable || nullable };
        }

        if (IsUnion(schema))
            return BuildUnion(schema, name, component, nullable, depth);
        if (IsObject(schema, type))
            return BuildObject(schema, name, component, nullable, depth);
        return type switch
        {
            JsonSchemaType.Array => new(MakeList(schema, name, depth), nullable),
            0 when schema.Items is not null => new(MakeList(schema, name, depth), nullable),
            0 => new(schema.Const is null ? ScalarReader.Json(schema) : ScalarReader.Read(schema, JsonSchemaType.String), true),
            JsonSchemaType.Integer | JsonSchemaType.Number => new(ScalarReader.Read(schema, JsonSchemaType.Number), nullable),
            // Several types at once (3.1) have no name in any of the edges' type systems.
            _ when int.PopCount((int)type) > 1 => new(ScalarReader.Json(schema), nullable),
            _ => new(ScalarReader.Read(schema, type), nullable),
        };
    }

    private TypeUse BuildUnion(IOpenApiSchema schema, string name, bool component, bool nullable, int depth)
    {
        var members = Members(schema);
        nullable |= members.Count < SchemaFacts.Choices(schema).Count;
        if (members.Count == 1)
        {
            var only = Convert(members[0], name, depth + 1, component);
            return only with { Nullable = only.Nullable || nullable };
        }

        // Strings beside enums of strings ("open enums"), or numbers beside integers, are one scalar to every edge.
        if (members.TrueForAll(m => IsScalar(m, JsonSchemaType.String)))
            return new(new ScalarType(ScalarKind.String) { Documentation = schema.Description ?? "", Deprecated = schema.Deprecated }, nullable);
        if (members.TrueForAll(m => IsScalar(m, JsonSchemaType.Integer | JsonSchemaType.Number)))
            return new(new ScalarType(ScalarKind.Double) { Documentation = schema.Description ?? "", Deprecated = schema.Deprecated }, nullable);
        var union = new UnionType(Named(name, component)) { Documentation = schema.Description ?? "", Deprecated = schema.Deprecated };
        _pending.Enqueue((null, null, union, schema, _place));
        return new(union, nullable);
    }

    private TypeUse BuildObject(IOpenApiSchema schema, string name, bool component, bool nullable, int depth)
    {
        var merged = MergedSchema.Of(schema);
        if (!merged.HasOwnProperties && (merged.Union ?? merged.Other) is { } instead && !ReferenceEquals(instead, schema))
        {
            var use = Convert(instead, name, depth + 1, component);
            return use with { Nullable = use.Nullable || nullable };
        }

        if (merged.Properties.Count == 0)
        {
            var values = merged.Additional ?? (schema.PatternProperties is { Count: 1 } patterns ? patterns.First().Value : null);
            if (values is not null)
            {
                var value = Convert(values, name + ".value", depth + 1);
                return new(new MapType(StringKey, value.Type) { NullableValue = value.Nullable, Documentation = schema.Description ?? "" }, nullable);
            }

            if (!merged.Closed)
                return new(ScalarReader.Json(schema), nullable);
        }

        var message = NewMessage(Named(name, component), schema.Description, schema.Deprecated);
        _pending.Enqueue((message, merged, null, schema, _place));
        return new(message, nullable);
    }

    /// <summary>Makes a message that <see cref="Types"/> lists; the caller completes it.</summary>
    public MessageType NewMessage(string fullName, string? documentation, bool deprecated)
    {
        var message = new MessageType(fullName) { Documentation = documentation ?? "", Deprecated = deprecated };
        Types[fullName] = message;
        return message;
    }

    private ListType MakeList(IOpenApiSchema schema, string name, int depth)
    {
        var element = Convert(schema.Items, name + ".item", depth + 1);
        return new ListType(element.Type) { NullableElement = element.Nullable, Documentation = schema.Description ?? "", Deprecated = schema.Deprecated };
    }

    private static EnumType MakeEnum(IOpenApiSchema schema, List<string> texts, string name)
    {
        var values = new EnumValue[texts.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = new EnumValue(texts[i], i);
        return new EnumType(name, values) { IsOpen = false, Documentation = schema.Description ?? "", Deprecated = schema.Deprecated };
    }

    private void Drain()
    {
        while (_pending.TryDequeue(out var item))
        {
            _place = item.Place;
            if (item.Message is not null)
                Complete(item.Message, item.Merged!);
            else
                Complete(item.Union!, item.Schema);
        }
    }

    private void Complete(MessageType message, MergedSchema merged)
    {
        var fields = new List<Field>(merged.Properties.Count);
        foreach (var (name, schema) in merged.Properties)
        {
            var use = Convert(schema, $"{message.FullName}.{name}", 0);
            // A reference in a circle answers every question with an exception.
            var words = SchemaFacts.Resolve(schema) is null ? null : schema;
            fields.Add(new Field
            {
                Name = name,
                JsonName = name,
                Number = 0,
                Type = use.Type,
                Nullable = use.Nullable,
                Presence = merged.Required.Contains(name) ? Presence.Required : Presence.Explicit,
                Default = words?.Default?.ToJsonString(),
                Documentation = words?.Description ?? "",
                Deprecated = words?.Deprecated ?? false,
            });
        }

        message.Complete(fields, [], merged.Additional is null ? null : Convert(merged.Additional, message.FullName + ".value", 0).Type);
    }

    private void Complete(UnionType union, IOpenApiSchema schema)
    {
        var schemas = Members(schema);
        var members = new List<DataType>(schemas.Count);
        var mapping = new Dictionary<string, DataType>(StringComparer.Ordinal);
        foreach (var (value, reference) in schema.Discriminator?.Mapping ?? new Dictionary<string, OpenApiSchemaReference>())
            mapping[value] = Convert(reference, $"{union.Name}.{value}", 0).Type;
        for (var i = 0; i < schemas.Count; i++)
        {
            var member = Convert(schemas[i], $"{union.Name}.option{i + 1}", 0).Type;
            if (!members.Contains(member))
                members.Add(member);
            // Without a mapping the component's own name is the value (OpenAPI 3.1, section 4.8.25).
            if (schema.Discriminator is not null && schemas[i] is OpenApiSchemaReference { Reference.Id: { } id } && !mapping.ContainsValue(member))
                mapping.TryAdd(id, member);
        }

        union.Complete(members, schema.Discriminator?.PropertyName, mapping);
    }

    // "allOf: [X]" beside words of its own, as 3.0 writes a described or nullable reference.
    private static IOpenApiSchema? Wrapped(IOpenApiSchema schema) =>
        schema.AllOf is { Count: 1 } all && schema.Properties is not { Count: > 0 } && SchemaFacts.Choices(schema).Count == 0
        && schema.AdditionalProperties is null && schema.Required is not { Count: > 0 } ? all[0] : null;

    private static bool IsUnion(IOpenApiSchema schema) =>
        schema.Properties is not { Count: > 0 } && schema.AllOf is not { Count: > 0 } && Members(schema) is { Count: > 0 } members
        && !members.TrueForAll(SchemaFacts.OnlyRestricts);

    private static bool IsObject(IOpenApiSchema schema, JsonSchemaType type) =>
        type is JsonSchemaType.Object or 0
        && (type == JsonSchemaType.Object || schema.Properties is { Count: > 0 } || schema.AllOf is { Count: > 0 } || schema.AdditionalProperties is not null);

    private static List<IOpenApiSchema> Members(IOpenApiSchema schema) =>
        SchemaFacts.Choices(schema).Where(m => m is not null && !SchemaFacts.IsNullType(m)).ToList();

    private static bool IsScalar(IOpenApiSchema schema, JsonSchemaType allowed) =>
        SchemaFacts.Resolve(schema) is { } target && SchemaFacts.TypeOf(target) is var type && type != 0 && (type & ~allowed) == 0;

    private string Named(string name, bool component) => component ? name : _names.Take(name);

    private TypeUse Weaker(string message)
    {
        _diagnostics.Add(Severity.Warning, _place, message);
        return new(ScalarReader.AnyJson, true);
    }
}
