using GraphQLParser;
using GraphQLParser.AST;

namespace ProtocolGateway.Edges.GraphQL.Planning.Documents;

/// <summary>A document's fragments by name. Made once for each document, and shared by all that expand its selections.</summary>
internal sealed class DocumentFragments
{
    private readonly Dictionary<ROM, GraphQLFragmentDefinition> _byName = [];

    /// <summary>Notes the fragments of a document.</summary>
    /// <param name="document">Not validated yet: of fragments with one name the first is taken.</param>
    public DocumentFragments(GraphQLDocument document)
    {
        foreach (var fragment in document.Definitions.OfType<GraphQLFragmentDefinition>())
            _byName.TryAdd(fragment.FragmentName.Name.Value, fragment);
    }

    /// <summary>The fragment of that name; null where the document holds none.</summary>
    public GraphQLFragmentDefinition? Find(ROM name) => _byName.GetValueOrDefault(name);

    /// <summary>What stands in the place of a selection that is no field.</summary>
    /// <param name="selection">An inline fragment or a spread.</param>
    /// <param name="seen">The names that were spread before, to which this one is added; null where each spread counts.</param>
    /// <returns>Null for a field, for a fragment that is not there, and for one that was seen.</returns>
    public ExpandedFragment? Expand(ASTNode selection, HashSet<ROM>? seen = null) => selection switch
    {
        GraphQLInlineFragment inline => new(inline.SelectionSet, inline.TypeCondition),
        GraphQLFragmentSpread { FragmentName.Name.Value: var name } when Find(name) is { } fragment && seen?.Add(name) is not false => new(fragment.SelectionSet, fragment.TypeCondition),
        _ => null,
    };
}

/// <summary>The selections of a fragment, written in place or by name.</summary>
/// <param name="Selections">The selections.</param>
/// <param name="Condition">The type that they are for; null for that around them.</param>
internal readonly record struct ExpandedFragment(GraphQLSelectionSet Selections, GraphQLTypeCondition? Condition);
