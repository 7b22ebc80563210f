using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Makes the fields of the root types.</summary>
internal sealed class RootFields(BuildContext context, OutputTypes outputs, InputTypes inputs)
{
    /// <summary>The root type with its fields; null where it has none.</summary>
    public GraphType? Make(GraphRoot root, IReadOnlyList<RootOperation> operations)
    {
        var own = operations.Where(o => o.Root == root).ToList();
        if (own.Count == 0)
            return null;
        var names = RootNames.Give(root, own, context);
        var type = new GraphType(root.ToString(), GraphKind.Object);
        type.Complete(own.ConvertAll(o => FieldOf(o, names[o.Operation.FullName])));
        return type;
    }

    /// <summary>The arguments by which clients say an operation's input.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="oneInput">All of a message is one argument; else each field is.</param>
    /// <param name="mask">The field that the gateway fills, which is no argument; null for none.</param>
    public List<GraphInputValue> ArgumentsOf(Operation operation, bool oneInput, GraphReadMask? mask)
    {
        var shape = context.Shapes.Of(operation.Input);
        // A message with a JSON form of its own: google.protobuf.StringValue, Timestamp, Struct.
        if (shape.Kind == ShapeKind.Scalar)
            return [new GraphInputValue { Name = "input", Type = inputs.Ref(shape, nonNull: !shape.HoldsNull), IsWhole = true }];
        if (shape.Kind != ShapeKind.Object)
            return [];
        var entry = context.Book.Of(operation.Input);
        if (operation.Kind == ContractKind.Http)
            return ParametersOf(operation, entry);
        var values = inputs.ValuesOf(entry, mask?.Input);
        return values.Count == 0 || !oneInput
            ? values
            : [new GraphInputValue { Name = "input", Type = GraphTypeRef.Of(inputs.OfOperation(entry, mask?.Input), nonNull: true), Spreads = true }];
    }

    private GraphField FieldOf(RootOperation root, string name)
    {
        var operation = root.Operation;
        var mask = ReadMasks.Of(operation, root.Root);
        return new GraphField
        {
            Name = name,
            Type = TypeOf(root),
            Source = GraphSource.Operation,
            Description = operation.Documentation,
            Deprecation = Words.Deprecation(operation.Deprecated),
            Arguments = ArgumentsOf(operation, root.Root == GraphRoot.Mutation, mask),
            Operation = operation,
            ReadMask = mask,
            StreamLimit = root.StreamLimit,
            Weight = root.Options?.Weight ?? 1,
        };
    }

    // Nullable: a service that fails nulls its own field and no other.
    private GraphTypeRef TypeOf(RootOperation root)
    {
        if (root.Operation.Output is not { } output)
            return GraphTypeRef.Of(context.Scalar(GraphScalar.Boolean));
        var shape = context.Shapes.Of(output);
        return root.StreamLimit == 0
            ? outputs.Ref(shape, nonNull: false)
            : GraphTypeRef.ListOf(outputs.Ref(shape, nonNull: shape is { HoldsNull: false, Kind: not ShapeKind.Presence }));
    }

    private List<GraphInputValue> ParametersOf(Operation operation, TypeEntry entry)
    {
        var parameters = context.Shapes.FieldsOf(operation.Input).ToList();
        var body = parameters.Find(static f => f.Location == FieldLocation.Body);
        if (body is not null)
            parameters.Remove(body);
        var space = context.Names.Members();
        var names = space.GiveMembers(entry.Key, [.. parameters.Select(static f => f.JsonName)], NameText.Member);
        var values = parameters.ConvertAll(f => inputs.ValueOf(f, names[f.JsonName]));
        if (body is not null)
            values.Add(inputs.ValueOf(body, space.GiveOne(new NameWish("member", entry.Key + ".body/body", ["input", "body"]))));
        return values;
    }
}
