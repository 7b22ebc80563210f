using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.GraphQL.Schema.Building;
using ProtocolGateway.Edges.GraphQL.Schema.Joins;

namespace ProtocolGateway.Edges.GraphQL.Schema;

/// <summary>Makes one schema of everything in a catalog. Never throws for what contracts say: what does not fit is left out and named.</summary>
public static class GraphSchemaBuilder
{
    /// <summary>Builds the schema. The same catalog, options and manifest give the same schema.</summary>
    /// <param name="catalog">The contracts.</param>
    /// <param name="options">How they become types and fields.</param>
    /// <param name="manifest">Names that were given out before; null for none.</param>
    /// <param name="diagnostics">Takes what was left out or found odd.</param>
    public static GraphSchema Build(Catalog catalog, GraphSchemaOptions options, GraphNameManifest? manifest, List<Diagnostic> diagnostics)
    {
        manifest ??= GraphNameManifest.Empty;
        var visibility = new Visibility(catalog, options);
        var roots = RootOperations.Of(catalog, options, visibility, diagnostics);
        var joined = JoinCompiler.Operations(catalog, options.Joins).ToList();
        var book = TypeBook.Collect(roots.Select(static r => (r.Operation, r.Service)).Concat(joined.Select(o => (o, catalog.ServiceOf(o)))), manifest);
        visibility.Spread(book);
        var shapes = new TypeShapes(book, visibility, options);
        roots = WithAnswer(roots, shapes, diagnostics);
        var names = new NameGiver(manifest);
        var context = new BuildContext(catalog, options, names, diagnostics)
        {
            Book = book,
            Shapes = shapes,
            Partial = PartialInputs.Of(roots.Select(static r => r.Operation), shapes),
            TypeNames = new TypeNames(catalog, book, names, ReachOf(roots, joined, shapes)),
        };
        Report(book, visibility, diagnostics);
        var schema = Assemble(context, roots, joined);
        BatchWarnings.Find(schema, diagnostics);
        return schema;
    }

    private static GraphSchema Assemble(BuildContext context, List<RootOperation> roots, List<Operation> joined)
    {
        var enums = new EnumTypes(context);
        var maps = new MapEntries(context);
        var outputs = new OutputTypes(context, enums, maps);
        var inputs = new InputTypes(context, enums, maps);
        var fields = new RootFields(context, outputs, inputs);
        var query = fields.Make(GraphRoot.Query, roots) ?? EmptyQuery(context);
        var mutation = fields.Make(GraphRoot.Mutation, roots);
        var subscription = fields.Make(GraphRoot.Subscription, roots);
        // What a hidden operation answers may be a type that joins extend or lead to.
        joined.ForEach(o => outputs.Ref(context.Shapes.Of(o.Output!), nonNull: false));
        outputs.Complete();
        if (context.Options.Joins.Count > 0)
            new JoinCompiler(context, outputs, inputs, fields).Compile(context.Options.Joins, outputs.All.ToDictionary(static t => t.Name, StringComparer.Ordinal));
        inputs.Finish();
        // Introspection answers with both.
        context.Scalar(GraphScalar.String);
        context.Scalar(GraphScalar.Boolean);
        var named = context.Scalars.Concat(enums.All).Concat(maps.All).Concat(outputs.All).Concat(inputs.All);
        GraphType?[] first = [query, mutation, subscription];
        return new GraphSchema(query, mutation, subscription, [.. first.OfType<GraphType>(), .. named.OrderBy(static t => t.Name, StringComparer.Ordinal)])
        {
            Names = context.Names.Given,
        };
    }

    private static List<RootOperation> WithAnswer(List<RootOperation> roots, TypeShapes shapes, List<Diagnostic> diagnostics)
    {
        var answered = new List<RootOperation>(roots.Count);
        foreach (var root in roots)
        {
            if (root.Operation.Output is { } output && shapes.Of(output).Kind == ShapeKind.Hidden)
                diagnostics.Add(new(Severity.Info, root.Operation.Source, $"{root.Operation.FullName} is not in the GraphQL schema: all of its answer is hidden."));
            else
                answered.Add(root);
        }

        return answered;
    }

    private static Reach ReachOf(List<RootOperation> roots, List<Operation> joined, TypeShapes shapes)
    {
        var reach = new Reach(shapes);
        foreach (var operation in joined)
        {
            reach.AddOutput(operation.Output!);
            shapes.FieldsOf(operation.Input).ToList().ForEach(f => reach.AddInput(f.Type));
        }

        foreach (var root in roots)
        {
            if (root.Operation.Output is { } output)
                reach.AddOutput(output);
            if (root.Operation.Kind == ContractKind.Grpc && root.Root == GraphRoot.Mutation)
                reach.AddInput(root.Operation.Input);
            else
                shapes.FieldsOf(root.Operation.Input).ToList().ForEach(f => reach.AddInput(f.Type));
        }

        return reach;
    }

    private static GraphType EmptyQuery(BuildContext context)
    {
        var query = new GraphType(nameof(GraphRoot.Query), GraphKind.Object);
        query.Complete([new GraphField
        {
            Name = "_noQueries",
            Type = GraphTypeRef.Of(context.Scalar(GraphScalar.Boolean)),
            Source = GraphSource.Presence,
            Description = "Always true: no operation of the catalog is a query, and a schema must have one.",
        }]);
        return query;
    }

    private static void Report(TypeBook book, Visibility visibility, List<Diagnostic> diagnostics)
    {
        foreach (var (name, service) in visibility.Unused())
            diagnostics.Add(new(Severity.Warning, new("services." + service, ""), $"graphql.hidden names {name}, which the GraphQL schema would not have anyway. Full names are expected: pkg.Message, pkg.Message.field, pkg.Service.Method."));
        var open = book.Entries.Where(static e => e.Type is MessageType { AdditionalProperties: not null, Fields.Count: > 0 }).Select(static e => e.FullName).ToList();
        if (open.Count > 0)
            diagnostics.Add(new(Severity.Info, new("graphql", ""), $"{open.Count} object types have properties without a name (additionalProperties) beside named ones; GraphQL shows the named ones. The first is {open[0]}."));
    }
}
