using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace ProtocolGateway.Contracts.OpenApi;

/// <summary>Questions to one schema object; none of them walks further than its direct members.</summary>
internal static class SchemaFacts
{
    // Chains of references to references; a longer one is a circle.
    private const int MaxChain = 64;

    /// <summary>The types without null; zero where none is given.</summary>
    public static JsonSchemaType TypeOf(IOpenApiSchema schema) => (schema.Type ?? 0) & ~JsonSchemaType.Null;

    /// <summary>Null is allowed: <c>nullable</c> of 3.0, <c>"null"</c> among the types of 3.1, or null among the enum's values.</summary>
    public static bool AllowsNull(IOpenApiSchema schema) =>
        ((schema.Type ?? 0) & JsonSchemaType.Null) != 0 || DocumentMarks.IsNullable(schema) || (schema.Enum is { Count: > 0 } values && TypeOf(schema) == 0 && values.Any(IsNull));

    /// <summary>The alternatives of oneOf or else anyOf; empty where there are none.</summary>
    public static IList<IOpenApiSchema> Choices(IOpenApiSchema schema) =>
        schema.OneOf is { Count: > 0 } one ? one : schema.AnyOf is { Count: > 0 } any ? any : [];

    /// <summary>It is the type null and nothing else.</summary>
    public static bool IsNullType(IOpenApiSchema schema) =>
        schema.Type == JsonSchemaType.Null && schema is not OpenApiSchemaReference && !HasStructure(schema);

    /// <summary>It says nothing that would decide a type: no schema, or one that only restricts (required, not, minProperties).</summary>
    public static bool OnlyRestricts(IOpenApiSchema schema) =>
        schema is not OpenApiSchemaReference && TypeOf(schema) == 0 && schema.Const is null && schema.Enum is not { Count: > 0 } && !HasStructure(schema);

    /// <summary>There are members to look into.</summary>
    public static bool HasStructure(IOpenApiSchema schema) =>
        schema.Properties is { Count: > 0 } || schema.AllOf is { Count: > 0 } || schema.OneOf is { Count: > 0 }
        || schema.AnyOf is { Count: > 0 } || schema.Items is not null || schema.AdditionalProperties is not null;

    /// <summary>The schema at the end of a chain of references; null where it leads nowhere or in a circle.</summary>
    public static IOpenApiSchema? Resolve(IOpenApiSchema schema)
    {
        var current = schema;
        for (var i = 0; i < MaxChain; i++)
        {
            if (current is not OpenApiSchemaReference reference)
                return current;
            if (reference.Target is not { } target)
                return null;
            current = target;
        }

        return null;
    }

    /// <summary>The texts of an enum of strings, without doubles and null; null where some value is no string.</summary>
    public static List<string>? EnumTexts(IOpenApiSchema schema)
    {
        var type = TypeOf(schema);
        if (schema.Enum is not { Count: > 0 } values || (type != 0 && type != JsonSchemaType.String))
            return null;
        var texts = new List<string>(values.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            if (IsNull(value))
                continue;
            // YAML reads an unquoted 1 or true as number or boolean; a declared string type says what was meant.
            if (type == 0 && value.GetValueKind() != JsonValueKind.String)
                return null;
            var text = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
            if (seen.Add(text))
                texts.Add(text);
        }

        return texts.Count == 0 ? null : texts;
    }

    private static bool IsNull(JsonNode? node) => node is null || node.GetValueKind() == JsonValueKind.Null || node.IsJsonNullSentinel();
}
