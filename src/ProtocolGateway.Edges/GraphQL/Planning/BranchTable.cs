using GraphQLParser.AST;
using ProtocolGateway.Edges.GraphQL.Execution;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>The variables by which <c>@skip</c> and <c>@include</c> choose: one plan is compiled for each choice, so no call decides anything.</summary>
internal sealed class BranchTable
{
    // One bit for each. The limit on directives keeps documents below.
    private const int Most = 64;

    private readonly List<int> _variables = [];
    private readonly Dictionary<string, int> _bits = new(StringComparer.Ordinal);

    /// <summary>Notes the variables of a document's operation.</summary>
    /// <param name="document">The document.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="names">Its variables.</param>
    public BranchTable(GraphQLDocument document, GraphQLOperationDefinition operation, IReadOnlyList<string> names)
    {
        Note(operation.SelectionSet, names);
        foreach (var fragment in document.Definitions.OfType<GraphQLFragmentDefinition>())
            Note(fragment.SelectionSet, names);
    }

    /// <summary>There are more than can be told apart.</summary>
    public bool IsTooLarge => _variables.Count > Most;

    /// <summary>A variable that is null, which is no Boolean: its own default does not help where it is given; -1 for none.</summary>
    public int FindNull(VariableValues values) => _variables.FindIndex(index => values.Json(index) is [(byte)'n', ..]);

    /// <summary>The choice that a request makes.</summary>
    public ulong Choose(VariableValues values)
    {
        var choice = 0UL;
        for (var i = 0; i < _variables.Count; i++)
            choice |= values.IsTrue(_variables[i]) ? 1UL << i : 0;
        return choice;
    }

    /// <summary>A selection with those directives is part of the answer.</summary>
    public bool Takes(GraphQLDirectives? directives, ulong choice)
    {
        foreach (var directive in directives?.Items ?? [])
        {
            var isSkip = directive.Name.Value == "skip";
            if ((isSkip || directive.Name.Value == "include") && IsTrue(directive.Arguments!.ValueFor("if"), choice) == isSkip)
                return false;
        }

        return true;
    }

    private bool IsTrue(GraphQLValue? value, ulong choice) => value switch
    {
        GraphQLVariable variable => (choice >> _bits[variable.Name.StringValue] & 1) != 0,
        GraphQLBooleanValue boolean => boolean.BoolValue,
        _ => false,
    };

    private void Note(GraphQLSelectionSet? set, IReadOnlyList<string> names)
    {
        foreach (var selection in set?.Selections ?? [])
        {
            foreach (var directive in (selection as IHasDirectivesNode)?.Directives?.Items ?? [])
            {
                if ((directive.Name.Value == "skip" || directive.Name.Value == "include") && directive.Arguments?.ValueFor("if") is GraphQLVariable variable)
                    Note(variable.Name.StringValue, names);
            }

            Note((selection as IHasSelectionSetNode)?.SelectionSet, names);
        }
    }

    private void Note(string variable, IReadOnlyList<string> names)
    {
        var index = names.ToList().IndexOf(variable);
        if (index >= 0 && _bits.TryAdd(variable, _variables.Count))
            _variables.Add(index);
    }
}
