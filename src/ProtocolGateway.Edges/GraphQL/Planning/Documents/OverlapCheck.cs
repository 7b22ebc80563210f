using GraphQL;
using GraphQL.Types;
using GraphQLParser;
using GraphQLParser.AST;

namespace ProtocolGateway.Edges.GraphQL.Planning.Documents;

/// <summary>
/// "Field Selection Merging" of the specification (section 5.3.2). Fields are grouped by response name and each group is compared with its first
/// member only, level by level, so that the work grows with the number of fields, which the limits bound, and not with its square.
/// </summary>
internal sealed class OverlapCheck(ISchema schema, GraphQLDocument document, DocumentFragments fragments)
{
    private readonly List<(string Message, ASTNode[] Nodes)> _conflicts = [];

    /// <summary>How many fields were looked at, at all levels together: the measure of the work.</summary>
    public long Work { get; private set; }

    /// <summary>The first conflict of the operations. The document is valid otherwise: all its fields, types and fragments exist, and no fragment is within itself.</summary>
    public IReadOnlyList<(string Message, ASTNode[] Nodes)> Find()
    {
        foreach (var operation in document.Definitions.OfType<GraphQLOperationDefinition>())
        {
            IGraphType? root = operation.Operation switch
            {
                OperationType.Mutation => schema.Mutation,
                OperationType.Subscription => schema.Subscription,
                _ => schema.Query,
            };
            Check([.. Collect([(operation.SelectionSet, root)])], sameParent: true);
        }

        return _conflicts;
    }

    // Under one response name: fields that can meet on one object must be the same field; all others must only have the same form.
    private void Check(List<Found> fields, bool sameParent)
    {
        Work += fields.Count;
        foreach (var group in fields.GroupBy(static f => f.ResponseName))
        {
            if (_conflicts.Count > 0)
                return;
            var members = group.ToList();
            var meet = sameParent ? Parents(members) : [members];
            foreach (var together in meet)
            {
                if (sameParent && together.Find(f => !SameCall(f.Node, together[0].Node)) is { } other)
                    Report(group.Key, together[0], other, SameName(other.Node, together[0].Node) ? "they have differing arguments" : $"\"{together[0].Node.Name}\" and \"{other.Node.Name}\" are different fields");
                else
                    CheckBelow(together, sameParent);
            }

            if (members.Find(f => !SameForm(f.Type, members[0].Type)) is { } unlike)
                Report(group.Key, members[0], unlike, $"they return conflicting types {members[0].Type} and {unlike.Type}");
            else if (meet.Count > 1)
                CheckBelow(members, sameParent: false);
        }
    }

    private void CheckBelow(List<Found> fields, bool sameParent)
    {
        if (fields.Exists(static f => f.Node.SelectionSet is not null))
            Check([.. Collect(fields.Where(static f => f.Node.SelectionSet is not null).Select(static f => (f.Node.SelectionSet!, f.Type?.GetNamedType())))], sameParent);
    }

    // Objects of two different types are never one; an abstract parent may be any.
    private static List<List<Found>> Parents(List<Found> fields)
    {
        if (fields.TrueForAll(f => ReferenceEquals(f.Parent, fields[0].Parent)))
            return [fields];
        var anywhere = fields.FindAll(static f => f.Parent is not IObjectGraphType);
        var byType = fields.Where(static f => f.Parent is IObjectGraphType).GroupBy(static f => f.Parent).Select(group => group.Concat(anywhere).ToList()).ToList();
        return byType.Count == 0 ? [anywhere] : byType;
    }

    private static bool SameName(GraphQLField one, GraphQLField other) => one.Name.Value == other.Name.Value;

    private static bool SameCall(GraphQLField one, GraphQLField other)
    {
        if (ReferenceEquals(one, other))
            return true;
        return SameName(one, other) && (one.Arguments?.Count ?? 0) == (other.Arguments?.Count ?? 0)
            && (one.Arguments?.All(a => other.Arguments!.ValueFor(a.Name) is { } value && SameValue(a.Value, value)) ?? true);
    }

    private static bool SameValue(GraphQLValue one, GraphQLValue other) => (one, other) switch
    {
        (GraphQLVariable a, GraphQLVariable b) => a.Name.Value == b.Name.Value,
        (GraphQLIntValue a, GraphQLIntValue b) => a.Value == b.Value,
        (GraphQLFloatValue a, GraphQLFloatValue b) => a.Value == b.Value,
        (GraphQLStringValue a, GraphQLStringValue b) => a.Value == b.Value,
        (GraphQLEnumValue a, GraphQLEnumValue b) => a.Name.Value == b.Name.Value,
        (GraphQLBooleanValue a, GraphQLBooleanValue b) => a.BoolValue == b.BoolValue,
        (GraphQLNullValue, GraphQLNullValue) => true,
        (GraphQLListValue a, GraphQLListValue b) => (a.Values?.Count ?? 0) == (b.Values?.Count ?? 0) && (a.Values is null || a.Values.Zip(b.Values!).All(static p => SameValue(p.First, p.Second))),
        (GraphQLObjectValue a, GraphQLObjectValue b) => (a.Fields?.Count ?? 0) == (b.Fields?.Count ?? 0)
            && (a.Fields is null || a.Fields.TrueForAll(f => b.Field(f.Name.Value) is { } field && SameValue(f.Value, field.Value))),
        _ => false,
    };

    // "SameResponseShape": lists and non-null alike; leaves must be the same type, objects may differ.
    private static bool SameForm(IGraphType? one, IGraphType? other) => (one, other) switch
    {
        (null, _) or (_, null) => true,
        (NonNullGraphType a, NonNullGraphType b) => SameForm(a.ResolvedType, b.ResolvedType),
        (NonNullGraphType, _) or (_, NonNullGraphType) => false,
        (ListGraphType a, ListGraphType b) => SameForm(a.ResolvedType, b.ResolvedType),
        (ListGraphType, _) or (_, ListGraphType) => false,
        _ => (one is ScalarGraphType || other is ScalarGraphType) ? one.Name == other.Name : true,
    };

    private IEnumerable<Found> Collect(IEnumerable<(GraphQLSelectionSet Set, IGraphType? Parent)> sets)
    {
        var seen = new HashSet<ROM>();
        var pending = new Stack<(GraphQLSelectionSet Set, IGraphType? Parent)>(sets.Reverse());
        while (pending.TryPop(out var next))
        {
            foreach (var selection in next.Set.Selections)
            {
                if (selection is GraphQLField field)
                    yield return new Found(field, next.Parent, TypeOf(field, next.Parent));
                else if (fragments.Expand(selection, seen) is { } expanded)
                    pending.Push((expanded.Selections, expanded.Condition is { } condition ? schema.AllTypes[condition.Type.Name.Value] : next.Parent));
            }
        }
    }

    private IGraphType? TypeOf(GraphQLField field, IGraphType? parent)
    {
        var name = field.Name.Value;
        if (name == schema.TypeNameMetaFieldType.Name)
            return schema.TypeNameMetaFieldType.ResolvedType;
        if (name == schema.SchemaMetaFieldType.Name)
            return schema.SchemaMetaFieldType.ResolvedType;
        if (name == schema.TypeMetaFieldType.Name)
            return schema.TypeMetaFieldType.ResolvedType;
        return (parent as IComplexGraphType)?.GetField(name)?.ResolvedType;
    }

    private void Report(string name, Found one, Found other, string why) =>
        _conflicts.Add(($"Fields \"{name}\" conflict because {why}. Use different aliases on the fields to fetch both if this was intentional.", [one.Node, other.Node]));

    private sealed record Found(GraphQLField Node, IGraphType? Parent, IGraphType? Type)
    {
        public string ResponseName { get; } = (Node.Alias?.Name ?? Node.Name).StringValue;
    }
}
