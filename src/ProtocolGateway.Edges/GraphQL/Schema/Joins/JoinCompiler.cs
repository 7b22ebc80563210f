using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema.Building;

namespace ProtocolGateway.Edges.GraphQL.Schema.Joins;

/// <summary>Adds the fields of extension files to the types. One that is wrong is left out with its place; the rest serves.</summary>
internal sealed class JoinCompiler(BuildContext context, OutputTypes outputs, InputTypes inputs, RootFields roots)
{
    private readonly JoinArguments _arguments = new(context, outputs, inputs, roots);
    private readonly JoinNames _names = new(outputs);

    /// <summary>The operations that joins call, as far as they can be called: their types belong to the schema even where they are hidden.</summary>
    public static IEnumerable<Operation> Operations(Catalog catalog, IReadOnlyList<ExtensionField> joins) =>
        joins.Select(j => catalog.FindOperation(j.Operation)).OfType<Operation>().Where(static o => o is { Shape: Shape.Unary, Output: not null }).Distinct();

    /// <summary>Adds all fields that are right, by type.</summary>
    /// <param name="joins">The fields as written.</param>
    /// <param name="types">The types by name.</param>
    public void Compile(IReadOnlyList<ExtensionField> joins, IReadOnlyDictionary<string, GraphType> types)
    {
        var added = new Dictionary<GraphType, List<GraphField>>();
        foreach (var join in joins)
        {
            var (field, problem) = Compile(join, types);
            if (field is not null && types[join.Parent] is var parent)
            {
                if (!added.TryGetValue(parent, out var list))
                    added[parent] = list = [];
                if (list.TrueForAll(f => f.Name != field.Name))
                    list.Add(field);
                else
                    problem = "another join is called so";
            }

            if (problem.Length > 0)
                context.Diagnostics.Add(new(Severity.Error, join.Place, $"The join {join.Parent}.{join.Name} is left out: {problem}."));
        }

        foreach (var (type, fields) in added)
            type.Complete([.. type.Fields, .. fields]);
    }

    private (GraphField? Field, string Problem) Compile(ExtensionField join, IReadOnlyDictionary<string, GraphType> types)
    {
        if (!types.TryGetValue(join.Parent, out var parent))
            return (null, $"the schema has no type {join.Parent}");
        if (parent.Kind != GraphKind.Object || parent.Source is not MessageType)
            return (null, $"{join.Parent} is not an object type of a contract");
        if (!NameText.IsValid(join.Name))
            return (null, "GraphQL does not allow its name");
        if (parent.FindField(join.Name) is not null)
            return (null, $"{join.Parent} has a field of that name already");
        if (OperationOf(join, out var problem) is not { } operation)
            return (null, problem);
        (var target, problem) = ResultOf(join, operation);
        return target is null ? (null, problem) : FieldOf(join, parent, operation, target);
    }

    private Operation? OperationOf(ExtensionField join, out string problem)
    {
        var operation = context.Catalog.FindOperation(join.Operation);
        problem = operation is null ? $"no contract has an operation {join.Operation}"
            : operation.Shape != Shape.Unary ? $"{join.Operation} is a stream, and a join asks for one answer"
            : operation.Output is null ? $"{join.Operation} answers nothing"
            : (context.Options.Operation(operation)?.Kind ?? RootOperations.KindOf(operation)) != GraphRoot.Query
                ? $"{join.Operation} is a mutation, and a join only reads. Where it only reads, say graphql.kind: query of the operation in the configuration"
            : "";
        return problem.Length == 0 ? operation : null;
    }

    private (JoinTarget? Target, string Problem) ResultOf(ExtensionField join, Operation operation)
    {
        var (path, problem) = JoinPaths.Follow(operation.Output!, join.Result, _names);
        if (path is null)
            return (null, $"of result: \"{join.Result}\", {problem}");
        var batch = join.Arguments.Any(static a => a.Is is not null);
        if (!batch)
            return join.Batch is null
                ? (new JoinTarget(path, path.Type, context.Shapes.Of(path.Type), false), "")
                : (null, "batch says how many keys a call takes, but no argument has @is");
        if (path.Type is not ListType { Element: MessageType } list)
            return (null, $"a batch needs a list of entities, but {(join.Result.Length == 0 ? "the answer" : join.Result)} is {JoinPaths.Describe(path.Type)}. Say with result where the list is");
        return (new JoinTarget(path, list.Element, context.Shapes.Of(list.Element), true), "");
    }

    private (GraphField? Field, string Problem) FieldOf(ExtensionField join, GraphType parent, Operation operation, JoinTarget target)
    {
        if (target.Shape.Kind is ShapeKind.Hidden or ShapeKind.Presence)
            return (null, $"{JoinPaths.Describe(target.Type)} has nothing to show");
        if (Unnamed(target.Shape) is { } unnamed)
            return (null, $"{unnamed} is no type of the schema: what leads to it is hidden from clients (graphql.hidden)");
        var many = target.IsBatch && join.Type.Element is not null;
        var natural = outputs.Ref(target.Shape, nonNull: false);
        var type = TypeAs(join.Type, many ? GraphTypeRef.ListOf(natural) : natural);
        if (type is null)
            return (null, $"its type is {join.Type}, but {operation.FullName} gives {(target.IsBatch ? $"{natural} or [{natural}]" : natural)}");
        var mask = MaskOf(operation, target);
        var (arguments, clients, problem) = _arguments.Compile(join, parent, operation, new JoinEntity(target.IsBatch ? target.Type : null, mask));
        if (arguments is null)
            return (null, problem);
        return (new GraphField
        {
            Name = join.Name,
            Type = type,
            Source = GraphSource.Join,
            Description = join.Description.Length > 0 ? join.Description : operation.Documentation,
            Deprecation = join.Deprecation,
            Arguments = clients,
            ReadMask = mask,
            Weight = context.Options.Operation(operation)?.Weight ?? 1,
            Join = new GraphJoin
            {
                Operation = operation,
                Arguments = arguments,
                ResultPath = target.Path.JsonNames,
                ResultFields = target.Path.Fields,
                IsBatch = target.IsBatch,
                ManyPerKey = many,
                MaxBatch = join.Batch ?? 100,
                Place = join.Place,
            },
        }, "");
    }

    // The type that a shape is of, where it has no name because no answer that clients see can hold it.
    private string? Unnamed(GraphShape shape)
    {
        while (shape.Element is { } element)
            shape = element;
        return shape.Entry is { } entry && context.TypeNames.FindOutput(entry) is null ? entry.FullName : null;
    }

    private static GraphReadMask? MaskOf(Operation operation, JoinTarget target)
    {
        var mask = ReadMasks.Of(operation, GraphRoot.Query);
        // The join itself says that the list holds what is wanted.
        return mask is { Element: null } && target is { IsBatch: true, Path.Fields: [var list] } ? mask with { Element = list } : mask;
    }

    // The contract's type with the nulls of the extension file, which knows more of what is found; null where they are different types.
    private static GraphTypeRef? TypeAs(ExtensionType said, GraphTypeRef natural)
    {
        if (said.Name is not null)
            return natural.Named?.Name == said.Name ? natural.With(said.NonNull) : null;
        return natural.Element is { } element && TypeAs(said.Element!, element) is { } inner ? GraphTypeRef.ListOf(inner, said.NonNull) : null;
    }
}

/// <summary>What a join yields.</summary>
/// <param name="Path">From the answer to it, or to the list of entities.</param>
/// <param name="Type">Its type, or that of one entity.</param>
/// <param name="Shape">What that is in GraphQL.</param>
/// <param name="IsBatch">One answer serves many parents.</param>
internal sealed record JoinTarget(JoinPath Path, DataType Type, GraphShape Shape, bool IsBatch);
