using GraphQL.Types;
using GraphQL.Validation;
using GraphQL.Validation.Rules;
using GraphQLParser;
using GraphQLParser.AST;
using GraphQLParser.Exceptions;
using ProtocolGateway.Edges.GraphQL.Execution;

namespace ProtocolGateway.Edges.GraphQL.Planning.Documents;

/// <summary>A document that is valid, and the operation of it that is asked for.</summary>
/// <param name="Document">The document.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Fragments">The document's fragments.</param>
internal sealed record ReadDocument(GraphQLDocument Document, GraphQLOperationDefinition Operation, DocumentFragments Fragments);

/// <summary>Parses documents, holds them to the limits, and validates them, in that order: what is large is refused before it costs.</summary>
internal sealed class DocumentReader(ISchema schema, GraphLimits limits)
{
    // The parser's own bound on nesting, of values and types too; more than any limit on depth that is of use.
    private const int ParserDepth = 200;

    // Validation looks at each fragment for each operation, and finds fragments by looking through all: 20,000 take it some hundred milliseconds at worst.
    private const int MostFragmentUses = 20_000;

    // As graphql-js: who makes more mistakes than this is not helped by a longer list.
    private const int MostErrors = 100;

    // What is quoted of a document in a message is cut there.
    private const int LongestMessage = 1_000;

    private static readonly IValidationRule[] Rules = [.. DocumentValidator.CoreRules.Where(static r => r is not (OverlappingFieldsCanBeMerged or VariablesInAllowedPosition)), new VariablePositions()];

    private readonly DocumentValidator _validator = new();

    /// <summary>Reads a document.</summary>
    /// <param name="text">The document.</param>
    /// <param name="operationName">Which operation is asked for; null where there is only one.</param>
    /// <param name="read">The result.</param>
    /// <returns>Null, or why it is refused.</returns>
    public DocumentFailure? Read(string text, string? operationName, out ReadDocument? read)
    {
        read = null;
        if (TokenCount.Of(text, limits.MaxTokens) > limits.MaxTokens)
            return DocumentFailure.Of(GraphFailureKind.Limit, GraphCodes.LimitExceeded, $"Tokens: the document has more than {limits.MaxTokens}, which are allowed.");
        if (Parse(text, out var document) is { } wrong)
            return wrong;
        if (Choose(document!, operationName, out var operation) is { } unknown)
            return unknown;
        var uses = document!.Definitions.Count(static d => d is GraphQLOperationDefinition) * (long)document.Definitions.Count(static d => d is GraphQLFragmentDefinition);
        if (uses > MostFragmentUses)
            return DocumentFailure.Limit("Operations times fragments", uses, MostFragmentUses);
        var candidate = new ReadDocument(document, operation!, new DocumentFragments(document));
        if (CheckSize(DocumentSize.Of(candidate.Fragments, candidate.Operation)) is { } large)
            return large;
        if (Validate(candidate) is { } invalid)
            return invalid;
        read = candidate;
        return null;
    }

    private static DocumentFailure? Parse(string text, out GraphQLDocument? document)
    {
        document = null;
        try
        {
            document = Parser.Parse(text, new ParserOptions { Ignore = IgnoreOptions.Comments, MaxDepth = ParserDepth });
            return null;
        }
        catch (GraphQLMaxDepthExceededException)
        {
            return DocumentFailure.Of(GraphFailureKind.Limit, GraphCodes.LimitExceeded, $"Depth: the document nests deeper than {ParserDepth} levels, which are allowed.");
        }
        catch (GraphQLParserException e)
        {
            return DocumentFailure.Of(GraphFailureKind.Syntax, GraphCodes.ParseFailed, Cut($"Syntax Error: {e.Description}"), new GraphLocation(e.Location.Line, e.Location.Column));
        }
    }

    private static DocumentFailure? Choose(GraphQLDocument document, string? name, out GraphQLOperationDefinition? operation)
    {
        var operations = document.Definitions.OfType<GraphQLOperationDefinition>().ToList();
        operation = string.IsNullOrEmpty(name) ? operations.FirstOrDefault() : operations.Find(o => o.Name is { } own && own.Value == name);
        if (operations.Count == 0)
            return DocumentFailure.Of(GraphFailureKind.Operation, GraphCodes.OperationResolution, "The document holds no operation.");
        if (operation is null)
            return DocumentFailure.Of(GraphFailureKind.Operation, GraphCodes.OperationResolution, Cut($"The document holds no operation named \"{name}\"."));
        return string.IsNullOrEmpty(name) && operations.Count > 1
            ? DocumentFailure.Of(GraphFailureKind.Operation, GraphCodes.OperationResolution, "The document holds several operations; the request must say by \"operationName\" which one is meant.")
            : null;
    }

    private DocumentFailure? CheckSize(DocumentSize size)
    {
        (string What, int Found, int Allowed)[] counts =
        [
            ("Depth", size.Depth, limits.MaxDepth),
            ("Fields", size.Fields, limits.MaxFields),
            ("Aliases", size.Aliases, limits.MaxAliases),
            ("Directives", size.Directives, limits.MaxDirectives),
            ("Root fields", size.RootFields, limits.MaxRootFields),
        ];
        foreach (var (what, found, allowed) in counts)
        {
            if (found > allowed)
                return DocumentFailure.Limit(what, found, allowed);
        }

        return null;
    }

    private DocumentFailure? Validate(ReadDocument candidate)
    {
        var (document, operation, fragments) = candidate;
        var options = new ValidationOptions { Schema = schema, Document = document, Operation = operation, Rules = Rules, Variables = global::GraphQL.Inputs.Empty, Extensions = global::GraphQL.Inputs.Empty };
        // No rule waits for anything: the library's signature is asynchronous, its work is not.
        var result = _validator.ValidateAsync(options).GetAwaiter().GetResult();
        // The library has no rule for it (specification, section 5.1.1).
        if (document.Definitions.Find(static d => d is not GraphQLExecutableDefinition) is { } definition)
            return new DocumentFailure(GraphFailureKind.Validation, [ToError(new(document.Source), "A document that is executed holds operations and fragments only.", [definition])]);
        // Values are checked for each request.
        var errors = result.Errors.Where(static e => e is not InvalidVariableError).Take(MostErrors + 1).Select(e => ToError(e)).ToList();
        if (errors.Count > MostErrors)
            errors[MostErrors] = new GraphError { Message = $"There are more mistakes; the first {MostErrors} are told.", Code = GraphCodes.ValidationFailed };
        if (errors.Count == 0 && !limits.Introspection && AsksForSchema(document))
            return DocumentFailure.Of(GraphFailureKind.Validation, GraphCodes.ValidationFailed, "Introspection is switched off: \"__schema\" and \"__type\" cannot be asked for.");
        if (errors.Count == 0 && new IntrospectionSize(fragments).Check(operation) is { } curious)
            return curious;
        if (errors.Count == 0 && new OverlapCheck(schema, document, fragments).Find() is { Count: > 0 } conflicts)
        {
            var lines = new DocumentLines(document.Source);
            errors.AddRange(conflicts.Select(c => ToError(lines, c.Message, c.Nodes)));
        }

        return errors.Count == 0 ? null : new DocumentFailure(GraphFailureKind.Validation, errors);
    }

    private static bool AsksForSchema(GraphQLDocument document) =>
        document.Definitions.OfType<IHasSelectionSetNode>().Any(static d => Any(d.SelectionSet));

    private static bool Any(GraphQLSelectionSet? set) => set?.Selections.Exists(static s =>
        (s is GraphQLField field && (field.Name.Value == "__schema" || field.Name.Value == "__type")) || (s is IHasSelectionSetNode { SelectionSet: { } below } && Any(below))) ?? false;

    private GraphError ToError(global::GraphQL.ExecutionError error)
    {
        var message = error.Message;
        // Similar names are a part of the schema.
        if (!limits.Introspection && message.IndexOf(" Did you mean", StringComparison.Ordinal) is var hint and > 0)
            message = message[..hint];
        return new GraphError
        {
            Message = Cut(message),
            Code = GraphCodes.ValidationFailed,
            Locations = [.. error.Locations?.Select(static l => new GraphLocation(l.Line, l.Column)) ?? []],
        };
    }

    private static string Cut(string message) => message.Length <= LongestMessage ? message : string.Concat(message.AsSpan(0, LongestMessage), "...");

    private static GraphError ToError(DocumentLines lines, string message, ASTNode[] nodes) => new()
    {
        Message = Cut(message),
        Code = GraphCodes.ValidationFailed,
        Locations = [.. nodes.Select(n => lines[n.Location.Start])],
    };
}
