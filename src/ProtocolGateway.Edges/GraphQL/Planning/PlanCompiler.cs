using GraphQLParser.AST;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using ProtocolGateway.Edges.GraphQL.Planning.Inputs;
using ProtocolGateway.Edges.GraphQL.Schema;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>Compiles one operation of a document, for one choice of its <c>@skip</c> and <c>@include</c> variables.</summary>
internal sealed class PlanCompiler
{
    private readonly SchemaPlans _schema;
    private readonly ReadDocument _read;
    private readonly VariableTable _variables;
    private readonly ArgumentCompiler _arguments;
    private readonly FieldCollector _collector;
    private readonly JoinPlanner _joins;
    private readonly SelectionCompiler _selections;
    private readonly DocumentLines _lines;
    private readonly GraphOperationKind _kind;
    private readonly List<(FetchPlan Fetch, AnswerShape Shape, string Identity)> _fetches = [];

    private PlanCompiler(SchemaPlans schema, ReadDocument read, VariableTable variables, BranchTable branches, ulong choice)
    {
        (_schema, _read, _variables) = (schema, read, variables);
        _kind = KindOf(read.Operation);
        _arguments = new ArgumentCompiler(variables);
        _collector = new FieldCollector(schema.Schema, read.Fragments, branches, choice);
        _joins = new JoinPlanner(schema, _arguments, _kind == GraphOperationKind.Mutation);
        _lines = new DocumentLines(read.Document.Source);
        _selections = new SelectionCompiler(schema, _collector, _joins, _lines);
    }

    /// <summary>The kind of an operation.</summary>
    public static GraphOperationKind KindOf(GraphQLOperationDefinition operation) => operation.Operation switch
    {
        OperationType.Mutation => GraphOperationKind.Mutation,
        OperationType.Subscription => GraphOperationKind.Subscription,
        _ => GraphOperationKind.Query,
    };

    /// <summary>Compiles the plan.</summary>
    /// <param name="schema">What all documents share.</param>
    /// <param name="read">The document, valid.</param>
    /// <param name="variables">The operation's variables.</param>
    /// <param name="branches">The variables that choose.</param>
    /// <param name="choice">What they chose.</param>
    /// <param name="plan">The result.</param>
    /// <returns>Null, or why there is none.</returns>
    public static DocumentFailure? Compile(SchemaPlans schema, ReadDocument read, VariableTable variables, BranchTable branches, ulong choice, out OperationPlan? plan)
    {
        var compiler = new PlanCompiler(schema, read, variables, branches, choice);
        plan = compiler.Compile();
        // Validation counts what is written; what is skipped is known only now (specification, "Source Stream").
        if (plan.Kind == GraphOperationKind.Subscription && plan.Fetches.Length != 1)
            return DocumentFailure.Of(GraphFailureKind.Validation, GraphCodes.ValidationFailed, "A subscription must have exactly one root field; of this one all are skipped.");
        return compiler._arguments.Problem is { } problem ? DocumentFailure.Of(GraphFailureKind.Validation, GraphCodes.ValidationFailed, problem) : null;
    }

    private OperationPlan Compile()
    {
        var type = _kind switch
        {
            GraphOperationKind.Mutation => _schema.Schema.Mutation!,
            GraphOperationKind.Subscription => _schema.Schema.Subscription!,
            _ => _schema.Schema.Query,
        };
        var collected = _collector.Collect(type, [_read.Operation.SelectionSet]);
        var fields = collected.ConvertAll(field => field.Field is null ? Meta(type, field) : Root(type, field));
        foreach (var (fetch, shape, _) in _fetches)
            _schema.Complete(fetch.Call, shape, fetch.Field.ReadMask);
        return new OperationPlan
        {
            Kind = _kind,
            Root = new SelectionPlan(type, NameTable.Of([]), [.. fields]),
            Fetches = [.. _fetches.Select(static f => f.Fetch)],
            Joins = _joins.Complete(),
            Cost = new CostCompiler(_schema, _collector, _variables).Of(collected),
        };
    }

    private OutputField Root(GraphType type, CollectedField field)
    {
        var (fetch, shape) = Fetch(field);
        var place = new PlanPlace(shape, 0, fetch.Index) { Fetch = fetch };
        var value = _selections.Value(field.Field!.Type, [.. field.Below], place);
        fetch.Values.Add(value);
        return new OutputField
        {
            ResponseName = field.ResponseName,
            Key = SelectionCompiler.KeyOf(field.ResponseName),
            Source = OutputSource.Fetch,
            Value = value,
            Coordinate = $"{type.Name}.{field.Field.Name}",
            Location = _lines[field.Node.Location.Start],
            Fetch = fetch,
        };
    }

    // Two fields that ask the same are one call; of mutations each is asked for on its own.
    private (FetchPlan Fetch, AnswerShape Shape) Fetch(CollectedField field)
    {
        var input = _arguments.Compile(_schema.Arguments(field.Field!), field.Node.Arguments);
        var identity = field.Field!.Name + "(" + input.Signature;
        if (_kind == GraphOperationKind.Query && _fetches.Find(f => f.Identity == identity) is { Fetch: not null } same)
            return (same.Fetch, same.Shape);
        var fetch = new FetchPlan { Index = _fetches.Count, Field = field.Field, Call = _schema.Call(field.Field.Operation!, field.Field.StreamLimit), Input = input };
        _fetches.Add((fetch, new AnswerShape(), identity));
        return (fetch, _fetches[^1].Shape);
    }

    private OutputField Meta(GraphType type, CollectedField field)
    {
        var isSchema = Introspector.Answers(field.Node);
        var isFixed = !isSchema || _variables.Names.Count == 0;
        return new OutputField
        {
            ResponseName = field.ResponseName,
            Key = SelectionCompiler.KeyOf(field.ResponseName),
            Source = isFixed ? OutputSource.Constant : OutputSource.Introspection,
            Value = new ValuePlan { NonNull = field.Node.Name.Value != "__type" },
            Coordinate = $"{type.Name}.{field.Node.Name.StringValue}",
            Location = _lines[field.Node.Location.Start],
            Constant = !isSchema ? JsonEscapes.Quote(type.Name) : isFixed ? Introspect(field, default) : null,
            Introspect = isFixed ? null : variables => Introspect(field, variables.Span),
        };
    }

    private byte[] Introspect(CollectedField field, ReadOnlySpan<byte> variables) =>
        _schema.Introspector.Answer(_read.Document, _read.Operation, field.Nodes, variables);
}
