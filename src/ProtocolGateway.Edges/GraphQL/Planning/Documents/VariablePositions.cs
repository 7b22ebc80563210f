using GraphQL;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQLParser.AST;

namespace ProtocolGateway.Edges.GraphQL.Planning.Documents;

/// <summary>
/// "All Variable Usages Are Allowed" of the specification (section 5.8.5). In place of the library's own rule, which lets a nullable variable stand in a list
/// of non-null elements, and takes the default null for a value.
/// </summary>
internal sealed class VariablePositions : ValidationRuleBase
{
    /// <inheritdoc />
    public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context)
    {
        // The library knows the types of variables in lists only without their non-null.
        var inLists = new Dictionary<GraphQLVariable, IGraphType>(ReferenceEqualityComparer.Instance);
        return new(new NodeVisitors(
            new MatchingNodeVisitor<GraphQLArgument>((argument, _) => Note(argument.Value, context.TypeInfo.GetArgument()?.ResolvedType, inLists, isElement: false)),
            new MatchingNodeVisitor<GraphQLDocument>(leave: (document, _) =>
            {
                foreach (var operation in document.Definitions.OfType<GraphQLOperationDefinition>())
                    Check(operation, context, inLists);
            })));
    }

    private static void Check(GraphQLOperationDefinition operation, ValidationContext context, Dictionary<GraphQLVariable, IGraphType> inLists)
    {
        foreach (var usage in context.GetRecursiveVariables(operation) ?? [])
        {
            var definition = operation.Variables?.Items.Find(v => v.Variable.Name.Value == usage.Node.Name.Value);
            if (definition is not null && (inLists.GetValueOrDefault(usage.Node) ?? usage.Type) is { } place && !IsAllowed(definition, place, usage.HasDefault))
                context.ReportError(Error(context, definition, usage.Node, place));
        }
    }

    private static void Note(GraphQLValue value, IGraphType? type, Dictionary<GraphQLVariable, IGraphType> inLists, bool isElement)
    {
        if (type is null)
            return;
        if (value is GraphQLVariable variable && isElement)
            inLists[variable] = type;
        type = type is NonNullGraphType nonNull ? nonNull.ResolvedType : type;
        if (value is GraphQLListValue list && type is ListGraphType elements)
            list.Values?.ForEach(v => Note(v, elements.ResolvedType, inLists, isElement: true));
        else if (value is GraphQLObjectValue group && (type is ListGraphType one ? one.ResolvedType!.GetNamedType() : type) is IInputObjectGraphType input)
            group.Fields?.ForEach(f => Note(f.Value, input.GetField(f.Name.Value)?.ResolvedType, inLists, isElement: false));
    }

    private static bool IsAllowed(GraphQLVariableDefinition definition, IGraphType place, bool placeHasDefault)
    {
        if (place is NonNullGraphType { ResolvedType: { } inner } && definition.Type is not GraphQLNonNullType)
            return (placeHasDefault || definition.DefaultValue is not (null or GraphQLNullValue)) && Fits(definition.Type, inner);
        return Fits(definition.Type, place);
    }

    private static bool Fits(GraphQLType variable, IGraphType place) => (variable, place) switch
    {
        (GraphQLNonNullType { Type: { } inner }, NonNullGraphType { ResolvedType: { } wanted }) => Fits(inner, wanted),
        (_, NonNullGraphType) => false,
        (GraphQLNonNullType { Type: { } inner }, _) => Fits(inner, place),
        (GraphQLListType { Type: { } element }, ListGraphType { ResolvedType: { } wanted }) => Fits(element, wanted),
        (GraphQLNamedType named, _) => place is not ListGraphType && named.Name.Value == place.Name,
        _ => false,
    };

    private static ValidationError Error(ValidationContext context, GraphQLVariableDefinition definition, GraphQLVariable usage, IGraphType place) =>
        new(context.Document.Source, "5.8.5", $"Variable '${usage.Name.StringValue}' of type '{TextOf(definition.Type)}' used in position expecting type '{place}'.", definition, usage);

    private static string TextOf(GraphQLType type) => type switch
    {
        GraphQLNonNullType { Type: { } inner } => TextOf(inner) + "!",
        GraphQLListType { Type: { } element } => $"[{TextOf(element)}]",
        _ => ((GraphQLNamedType)type).Name.StringValue,
    };
}
