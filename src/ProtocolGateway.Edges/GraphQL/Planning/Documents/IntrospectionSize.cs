using GraphQLParser;
using GraphQLParser.AST;

namespace ProtocolGateway.Edges.GraphQL.Planning.Documents;

/// <summary>
/// Holds questions on the schema to what tools ask. Types lead to fields, and those to types: each list within another multiplies the answer by the size of
/// the schema, at no cost by any other measure. GraphiQL's own question has five lists, two within each other.
/// </summary>
internal sealed class IntrospectionSize(DocumentFragments fragments)
{
    private const int MostNested = 2;
    private const int MostLists = 15;

    private static readonly HashSet<ROM> Lists = ["types", "fields", "inputFields", "interfaces", "possibleTypes"];

    /// <summary>Null, or which bound the operation passes.</summary>
    /// <param name="operation">Valid, and so small that its fragments can be expanded.</param>
    public DocumentFailure? Check(GraphQLOperationDefinition operation)
    {
        var (nested, lists) = Of(operation.SelectionSet, within: false);
        if (nested > MostNested)
            return DocumentFailure.Limit("Lists of the schema within each other", nested, MostNested);
        return lists > MostLists ? DocumentFailure.Limit("Lists of the schema", lists, MostLists) : null;
    }

    private (int Nested, int Lists) Of(GraphQLSelectionSet? set, bool within)
    {
        var (nested, lists) = (0, 0);
        foreach (var selection in set?.Selections ?? [])
        {
            var part = selection is GraphQLField field ? OfField(field, within) : Of(fragments.Expand(selection)?.Selections, within);
            (nested, lists) = (Math.Max(nested, part.Nested), lists + part.Lists);
        }

        return (nested, lists);
    }

    private (int Nested, int Lists) OfField(GraphQLField field, bool within)
    {
        if (!within)
            return Introspector.Answers(field) ? Of(field.SelectionSet, within: true) : default;
        var (nested, lists) = Of(field.SelectionSet, within);
        return Lists.Contains(field.Name.Value) ? (nested + 1, lists + 1) : (nested, lists);
    }
}
