using System.Globalization;
using GraphQLParser.AST;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Joins;

/// <summary>One extension file while it is read: its directives, and where its errors are.</summary>
internal sealed class ExtensionSource(string text, string file, List<Diagnostic> diagnostics)
{
    /// <summary>Where a node begins, by line and column.</summary>
    public SourceLocation At(ASTNode node)
    {
        var before = text.AsSpan(0, node.Location.Start);
        return new SourceLocation(file, string.Create(CultureInfo.InvariantCulture, $"{before.Count('\n') + 1}:{node.Location.Start - before.LastIndexOf('\n')}"));
    }

    /// <summary>Notes what is wrong with a node.</summary>
    /// <returns>Null, for the caller to return.</returns>
    public ExtensionArgument? Error(ASTNode node, string message)
    {
        diagnostics.Add(new(Severity.Error, At(node), message));
        return null;
    }

    /// <summary>Notes what is odd about a node and changes nothing.</summary>
    public void Warn(ASTNode node, string message) => diagnostics.Add(new(Severity.Warning, At(node), message));

    /// <summary>What a definition is, in SDL's words.</summary>
    public static string Describe(ASTNode definition) => definition switch
    {
        GraphQLDirectiveDefinition directive => $"the directive @{directive.Name.StringValue}",
        GraphQLInterfaceTypeExtension => "'extend interface'",
        GraphQLInputObjectTypeExtension => "'extend input'",
        GraphQLEnumTypeExtension => "'extend enum'",
        GraphQLUnionTypeExtension => "'extend union'",
        GraphQLScalarTypeExtension => "'extend scalar'",
        GraphQLSchemaExtension => "'extend schema'",
        GraphQLSchemaDefinition => "'schema'",
        GraphQLTypeDefinition type => $"a definition of {type.Name.StringValue}",
        _ => "a query",
    };

    /// <summary>The directive of that name; null where there is none.</summary>
    public static GraphQLDirective? Find(GraphQLDirectives? directives, string name) => directives?.Items.Find(d => d.Name.StringValue == name);

    /// <summary>Notes every directive that has no meaning in this place, and every one that is there twice.</summary>
    public bool AllowOnly(GraphQLDirectives? directives, string on, params string[] names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var good = true;
        foreach (var directive in directives?.Items ?? [])
        {
            var name = directive.Name.StringValue;
            var hint = name == "key" ? " The key of a batch is said with @is on the argument." : "";
            if (!names.Contains(name, StringComparer.Ordinal))
                Error(directive, $"@{name} has no meaning on {on} in a file of joins.{hint}");
            else if (!seen.Add(name))
                Error(directive, $"@{name} is there twice.");
            else
                continue;
            good = false;
        }

        return good;
    }

    /// <summary>The arguments of a directive: batch is a positive number, all others are strings. Null where one is wrong, which is then noted.</summary>
    public Dictionary<string, string>? Values(GraphQLDirective directive, params string[] names)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var argument in directive.Arguments?.Items ?? [])
        {
            var name = argument.Name.StringValue;
            var value = name == "batch" ? Positive(argument.Value) : (argument.Value as GraphQLStringValue)?.Value.ToString();
            if (!names.Contains(name, StringComparer.Ordinal))
                Error(argument, $"@{directive.Name.StringValue} has no argument {name}; it has {string.Join(", ", names)}.");
            else if (value is null)
                Error(argument, $"{name} must be {(name == "batch" ? "a number from 1 to 100000" : "a string")}.");
            else if (values.TryAdd(name, value))
                continue;
            else
                Error(argument, $"{name} is there twice.");
            return null;
        }

        return values;
    }

    private static string? Positive(GraphQLValue value) =>
        value is GraphQLIntValue number && int.TryParse(number.Value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) && parsed is > 0 and <= 100_000
            ? parsed.ToString(CultureInfo.InvariantCulture)
            : null;
}
