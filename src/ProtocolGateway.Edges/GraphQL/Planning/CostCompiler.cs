using System.Globalization;
using GraphQLParser.AST;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning.Inputs;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>Compiles what an operation costs. A list is as long as an argument says: its own, or of a call whose answer has the list as a member, the call's.</summary>
internal sealed class CostCompiler(SchemaPlans schema, FieldCollector collector, VariableTable variables)
{
    // In the words of connections, of AIP-158 and of REST APIs.
    private static readonly string[] SizeNames = ["first", "last", "limit", "pageSize", "page_size", "perPage", "per_page", "take", "size", "maxResults", "count", "top"];

    private static readonly ListSize One = new(1);

    /// <summary>The cost of some fields of an object.</summary>
    public CostPlan Of(List<CollectedField> fields) => new(0, One, Fields(fields, null));

    private CostPlan[] Fields(List<CollectedField> fields, ListSize? page) => [.. fields.Select(f => Field(f, page)).OfType<CostPlan>()];

    // A value that is no object costs nothing: it comes with the object that has it.
    private CostPlan? Field(CollectedField field, ListSize? page)
    {
        if (field.Field is not { } known)
            return null;
        var weight = known.Source is GraphSource.Operation or GraphSource.Join ? known.Weight : 0;
        var named = known.Type.Innermost;
        if (named.Kind is not (GraphKind.Object or GraphKind.Union))
            return weight > 0 ? new CostPlan(weight, One, []) : null;
        var isList = known.Type.Element is not null;
        var said = Said(field);
        var entry = new CostPlan(1, One, Below(named, [.. field.Below], isList ? null : said));
        var assumed = new ListSize(known.StreamLimit > 0 ? known.StreamLimit : schema.Limits.AssumedListSize);
        return new CostPlan(weight, isList ? said ?? page ?? assumed : One, [entry]);
    }

    // The dearest member of a union stands for it.
    private CostPlan[] Below(GraphType type, GraphQLSelectionSet[] sets, ListSize? page)
    {
        if (type.Kind == GraphKind.Object)
            return Fields(collector.Collect(type, sets), page);
        var members = type.Members.Select(m => new CostPlan(0, One, Fields(collector.Collect(m.Type, sets), page)));
        return members.MaxBy(static m => m.Evaluate(VariableValues.None)) is { } dearest ? [dearest] : [];
    }

    private ListSize? Said(CollectedField field)
    {
        foreach (var argument in field.Node.Arguments?.Items ?? [])
        {
            if (!SizeNames.Contains(argument.Name.StringValue))
                continue;
            if (argument.Value is GraphQLVariable variable)
                return new ListSize(schema.Limits.AssumedListSize, variables.Names.ToList().IndexOf(variable.Name.StringValue));
            if (argument.Value is GraphQLIntValue number && long.TryParse(number.Value.Span, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size))
                return new ListSize(Math.Clamp(size, 1, CostPlan.Most));
        }

        return null;
    }
}
