using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>An operation that is a field of a root type.</summary>
internal sealed record RootOperation(Operation Operation, CatalogService Service, GraphRoot Root)
{
    /// <summary>A stream that is read into a list: the most messages; 0 elsewhere.</summary>
    public int StreamLimit { get; init; }

    /// <summary>What configuration says; null where nothing.</summary>
    public GraphOperationOptions? Options { get; init; }
}

/// <summary>Decides which operations are fields, and of which root type.</summary>
internal static class RootOperations
{
    // A list must end; this many messages are some pages of a screen.
    private const int DefaultStreamLimit = 100;

    private static readonly string[] ReadingWords = ["get", "list", "search", "find", "lookup", "batchGet", "watch"];

    /// <summary>All fields of root types, in the catalog's order.</summary>
    public static List<RootOperation> Of(Catalog catalog, GraphSchemaOptions options, Visibility visibility, List<Diagnostic> diagnostics)
    {
        var roots = new List<RootOperation>();
        foreach (var service in catalog.Services)
        {
            foreach (var operation in service.Operations)
            {
                var settings = options.Operation(operation);
                if (settings?.Hidden == true || visibility.Hides(operation))
                    continue;
                if (operation.Shape is Shape.ClientStreaming or Shape.Duplex)
                    diagnostics.Add(new(Severity.Info, operation.Source, $"{operation.FullName} is not in the GraphQL schema: a GraphQL client cannot send a stream."));
                else if (operation.Shape == Shape.ServerStreaming)
                    AddStream(new RootOperation(operation, service, GraphRoot.Subscription) { Options = settings }, options, roots, diagnostics);
                else
                    roots.Add(Unary(new RootOperation(operation, service, KindOf(operation)) { Options = settings }, diagnostics));
            }
        }

        return roots;
    }

    /// <summary>The root type of a unary operation by the rules.</summary>
    public static GraphRoot KindOf(Operation operation)
    {
        if (operation.Kind == ContractKind.Http)
            return operation.HttpRules.Any(static r => r.Method is "GET" or "HEAD" or "QUERY") ? GraphRoot.Query : GraphRoot.Mutation;
        return operation.Idempotency == Idempotency.NoSideEffects || operation.HttpRules.Any(static r => r.Method == "GET") || Reads(operation.Name)
            ? GraphRoot.Query
            : GraphRoot.Mutation;
    }

    // GetUser reads; Getaway and GetOrCreateUser do not.
    private static bool Reads(string name) => Array.Exists(ReadingWords, word =>
    {
        if (!name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = name.AsSpan(word.Length).TrimStart('_');
        return rest.IsEmpty || ((rest.Length < name.Length - word.Length || !char.IsAsciiLetterLower(rest[0])) && !StartsWithWord(rest, "Or") && !StartsWithWord(rest, "And"));
    });

    private static bool StartsWithWord(ReadOnlySpan<char> text, string word) =>
        text.StartsWith(word, StringComparison.OrdinalIgnoreCase) && (text.Length == word.Length || !char.IsAsciiLetterLower(text[word.Length]));

    private static RootOperation Unary(RootOperation root, List<Diagnostic> diagnostics)
    {
        if (root.Options?.Kind is not { } wanted)
            return root;
        if (wanted != GraphRoot.Subscription)
            return root with { Root = wanted };
        diagnostics.Add(new(Severity.Warning, root.Operation.Source, $"{root.Operation.FullName} stays a {root.Root} in GraphQL though it is configured as a subscription: it answers once, not with a stream."));
        return root;
    }

    private static void AddStream(RootOperation root, GraphSchemaOptions options, List<RootOperation> roots, List<Diagnostic> diagnostics)
    {
        var limit = root.Options is { StreamLimit: > 0 } own ? own.StreamLimit : options.StreamLists;
        if (root.Options?.Kind == GraphRoot.Mutation)
            diagnostics.Add(new(Severity.Warning, root.Operation.Source, $"{root.Operation.FullName} stays a subscription in GraphQL though it is configured as a mutation: it answers with a stream."));
        var onlyList = root.Options?.Kind == GraphRoot.Query;
        if (!onlyList)
            roots.Add(root);
        if (onlyList || limit > 0)
            roots.Add(root with { Root = GraphRoot.Query, StreamLimit = limit > 0 ? limit : DefaultStreamLimit });
    }
}
