using GraphQLParser;
using GraphQLParser.AST;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>All selections of one response name on one object type.</summary>
/// <param name="ResponseName">The alias or the name.</param>
/// <param name="Node">The first; the others differ in what is below only (validation, "Field Selection Merging").</param>
/// <param name="Field">The field; null for <c>__typename</c>, <c>__schema</c> and <c>__type</c>.</param>
internal sealed record CollectedField(string ResponseName, GraphQLField Node, GraphField? Field)
{
    /// <summary>The selections, in the document's order.</summary>
    public List<GraphQLField> Nodes { get; } = [Node];

    /// <summary>What is selected below.</summary>
    public IEnumerable<GraphQLSelectionSet> Below => Nodes.Where(static n => n.SelectionSet is not null).Select(static n => n.SelectionSet!);
}

/// <summary>"CollectFields" of the specification, at compile time: fragments that apply are taken, the rest is gone.</summary>
internal sealed class FieldCollector(GraphSchema schema, DocumentFragments fragments, BranchTable branches, ulong choice)
{
    /// <summary>The fields that are selected of an object type, in the order of the answer.</summary>
    /// <param name="type">An object type.</param>
    /// <param name="sets">All selections of the field.</param>
    public List<CollectedField> Collect(GraphType type, IEnumerable<GraphQLSelectionSet> sets)
    {
        var pass = new Pass(schema, type);
        foreach (var set in sets)
            Collect(set, pass);
        return pass.Fields;
    }

    private void Collect(GraphQLSelectionSet set, Pass pass)
    {
        foreach (var selection in set.Selections)
        {
            if (!branches.Takes(((IHasDirectivesNode)selection).Directives, choice))
                continue;
            if (selection is GraphQLField field)
                pass.Add(field);
            else if (fragments.Expand(selection, pass.Visited) is { } expanded && (expanded.Condition is not { } condition || pass.Is(condition.Type.Name.Value)))
                Collect(expanded.Selections, pass);
        }
    }

    private sealed class Pass(GraphSchema schema, GraphType type)
    {
        private readonly Dictionary<string, CollectedField> _byName = new(StringComparer.Ordinal);

        public List<CollectedField> Fields { get; } = [];

        public HashSet<ROM> Visited { get; } = [];

        public bool Is(ROM name) => name == type.Name || (schema.Find(name.ToString())?.Members.Any(m => m.Type == type) ?? false);

        public void Add(GraphQLField node)
        {
            var name = (node.Alias?.Name ?? node.Name).StringValue;
            if (_byName.TryGetValue(name, out var known))
            {
                known.Nodes.Add(node);
                return;
            }

            var field = new CollectedField(name, node, type.FindField(node.Name.StringValue));
            _byName.Add(name, field);
            Fields.Add(field);
        }
    }
}
