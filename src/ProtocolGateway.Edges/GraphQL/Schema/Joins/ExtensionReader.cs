using System.Globalization;
using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Joins;

/// <summary>Reads the SDL extension files that join types. A field that is wrong is left out and named with its line; the others stay.</summary>
public static class ExtensionReader
{
    // Larger files are no text that anyone wrote.
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Reads one file.</summary>
    public static IReadOnlyList<ExtensionField> Read(string file, List<Diagnostic> diagnostics)
    {
        try
        {
            if (new FileInfo(file).Length > MaxBytes)
                throw new IOException($"it is larger than {MaxBytes} bytes");
            return Parse(File.ReadAllText(file), file, diagnostics);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.Add(new(Severity.Error, new(file, ""), $"The file of joins cannot be read: {e.Message}"));
            return [];
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The document.</param>
    /// <param name="file">What diagnostics call it.</param>
    /// <param name="diagnostics">Takes what is wrong.</param>
    public static IReadOnlyList<ExtensionField> Parse(string text, string file, List<Diagnostic> diagnostics)
    {
        var fields = new List<ExtensionField>();
        var source = new ExtensionSource(text, file, diagnostics);
        try
        {
            // The parser reads what is left of deep nesting by recursion; extensions nest types only.
            foreach (var definition in Parser.Parse(text, new ParserOptions { MaxDepth = 64 }).Definitions)
                ReadDefinition(definition, source, fields);
        }
        catch (GraphQLSyntaxErrorException e)
        {
            var place = new SourceLocation(file, string.Create(CultureInfo.InvariantCulture, $"{e.Location.Line}:{e.Location.Column}"));
            diagnostics.Add(new(Severity.Error, place, "The file of joins is no GraphQL: " + e.Description));
        }
        catch (GraphQLMaxDepthExceededException)
        {
            diagnostics.Add(new(Severity.Error, new(file, ""), "The file of joins nests too deeply."));
        }

        return fields;
    }

    private static void ReadDefinition(ASTNode definition, ExtensionSource source, List<ExtensionField> fields)
    {
        switch (definition)
        {
            case GraphQLObjectTypeExtension extension:
                source.AllowOnly(extension.Directives, "a type");
                if (extension.Interfaces is { } interfaces)
                    source.Error(interfaces, $"{extension.Name.StringValue} cannot be given interfaces: types come from the contracts.");
                foreach (var field in extension.Fields?.Items ?? [])
                {
                    if (ReadField(extension.Name.StringValue, field, source) is { } read)
                        fields.Add(read);
                }

                break;
            case GraphQLDirectiveDefinition directive when directive.Name.StringValue is "lookup" or "require" or "is":
                // Files may define the vocabulary for editors.
                break;
            default:
                source.Error(definition, $"Only 'extend type' can stand here, not {ExtensionSource.Describe(definition)}: types come from the contracts.");
                break;
        }
    }

    private static ExtensionField? ReadField(string parent, GraphQLFieldDefinition field, ExtensionSource source)
    {
        if (ExtensionSource.Find(field.Directives, "lookup") is not { } lookup)
        {
            source.Error(field, $"{parent}.{field.Name.StringValue} says no operation that is asked for it: @lookup(operation: \"...\") is missing.");
            return null;
        }

        var allowed = source.AllowOnly(field.Directives, "a field", "lookup", "deprecated");
        var words = source.Values(lookup, "operation", "result", "batch");
        var arguments = (field.Arguments?.Items ?? []).Select(a => ReadArgument(a, source)).ToList();
        if (!allowed || words is null || arguments.Contains(null))
            return null;
        if (words.GetValueOrDefault("operation") is not { Length: > 0 } operation)
        {
            source.Error(lookup, "@lookup needs operation: the full name of the operation that is called.");
            return null;
        }

        return new ExtensionField
        {
            Parent = parent,
            Name = field.Name.StringValue,
            Type = TypeOf(field.Type),
            Arguments = arguments.ConvertAll(static a => a!),
            Operation = operation,
            Result = words.GetValueOrDefault("result") ?? "",
            Batch = words.GetValueOrDefault("batch") is { } batch ? int.Parse(batch, CultureInfo.InvariantCulture) : null,
            Description = field.Description?.Value.ToString() ?? "",
            Deprecation = ExtensionSource.Find(field.Directives, "deprecated") is { } old ? source.Values(old, "reason")?.GetValueOrDefault("reason") ?? "No longer supported" : null,
            // A description stands before the name.
            Place = source.At(field.Name),
        };
    }

    private static ExtensionArgument? ReadArgument(GraphQLInputValueDefinition argument, ExtensionSource source)
    {
        var require = ExtensionSource.Find(argument.Directives, "require");
        var key = ExtensionSource.Find(argument.Directives, "is");
        var required = require is null ? [] : source.Values(require, "field", "input");
        var keyed = key is null ? [] : source.Values(key, "field");
        if (!source.AllowOnly(argument.Directives, "an argument", "require", "is") || required is null || keyed is null)
            return null;
        if (require is not null && string.IsNullOrEmpty(required.GetValueOrDefault("field")))
            return source.Error(require, "@require needs field: the path in the parent that the argument is filled from.");
        if (key is not null && string.IsNullOrEmpty(keyed.GetValueOrDefault("field")))
            return source.Error(key, "@is needs field: the path in an entity of the answer that holds the same value.");
        if (key is not null && require is null)
            return source.Error(key, $"The argument {argument.Name.StringValue} has @is without @require: a key must come from the parent.");
        if (argument.DefaultValue is { } fallback)
            return source.Error(fallback, $"The argument {argument.Name.StringValue} cannot have a default here: {(require is null ? "the operation's own holds" : "its value comes from the parent")}.");
        if (argument.Description is { } description)
            source.Warn(description, $"The description of the argument {argument.Name.StringValue} is shown nowhere: {(require is null ? "clients see the contract's" : "clients do not see the argument")}.");
        return new ExtensionArgument
        {
            Name = argument.Name.StringValue,
            Type = TypeOf(argument.Type),
            Require = required.GetValueOrDefault("field"),
            Input = required.GetValueOrDefault("input"),
            Is = keyed.GetValueOrDefault("field"),
            Place = source.At(argument),
        };
    }

    private static ExtensionType TypeOf(GraphQLType type) => type switch
    {
        GraphQLNonNullType nonNull => TypeOf(nonNull.Type) with { NonNull = true },
        GraphQLListType list => new ExtensionType(null, TypeOf(list.Type), false),
        _ => new ExtensionType(((GraphQLNamedType)type).Name.StringValue, null, false),
    };
}
