using System.Globalization;
using System.Text;
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

    // In a query's arguments, or in the one object that a mutation or an OpenAPI body takes.
    private ListSize? Said(CollectedField field)
    {
        foreach (var argument in field.Node.Arguments?.Items ?? [])
        {
            var size = SizeNames.Contains(argument.Name.StringValue) ? Size(argument.Value, null) : argument.Value switch
            {
                GraphQLObjectValue { Fields: { } members } => members.Where(static m => SizeNames.Contains(m.Name.StringValue)).Select(m => Size(m.Value, null)).FirstOrDefault(),
                GraphQLVariable whole when SizeMember(field.Field!, argument.Name.StringValue) is { } member => Size(whole, member),
                _ => null,
            };
            if (size is not null)
                return size;
        }

        return null;
    }

    private ListSize? Size(GraphQLValue said, byte[]? member) => said switch
    {
        GraphQLVariable variable => new ListSize(schema.Limits.AssumedListSize, variables.Names.ToList().IndexOf(variable.Name.StringValue), member),
        // 64-bit numbers come as text.
        GraphQLIntValue number => Size(number.Value.Span),
        GraphQLStringValue text => Size(text.Value.Span),
        _ => null,
    };

    private static ListSize? Size(ReadOnlySpan<char> digits) =>
        long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size) ? new ListSize(Math.Clamp(size, 1, CostPlan.Most)) : null;

    private static byte[]? SizeMember(GraphField field, string argument) =>
        field.Arguments.FirstOrDefault(a => a.Name == argument)?.Type.Named is { Kind: GraphKind.Input } input
        && input.InputFields.FirstOrDefault(static f => SizeNames.Contains(f.Name)) is { } member
            ? Encoding.UTF8.GetBytes(member.JsonName)
            : null;
}
