using System.Collections.Concurrent;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using ProtocolGateway.Edges.GraphQL.Planning.Inputs;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>An operation of a valid document: its variables, and a plan for each choice of what to include that was asked for.</summary>
internal sealed class CompiledOperation
{
    // Two to the power of six: more choices than pages make; beyond, a plan is compiled for the one request.
    private const int MostPlans = 64;

    // Beyond, further choices are compiled for their one request too.
    private const int MostWeight = 4 * 1024 * 1024;

    private readonly SchemaPlans _schema;
    private readonly ReadDocument _read;
    private readonly BranchTable _branches;
    private readonly ConcurrentDictionary<ulong, (OperationPlan? Plan, DocumentFailure? Failure)> _plans = new();

    private int _weight;

    private CompiledOperation(SchemaPlans schema, ReadDocument read, int weight)
    {
        _weight = weight;
        (_schema, _read) = (schema, read);
        Kind = PlanCompiler.KindOf(read.Operation);
        Variables = VariableTable.Of(read.Operation, schema.Inputs);
        _branches = new BranchTable(read.Document, read.Operation, Variables.Names);
    }

    /// <summary>The kind.</summary>
    public GraphOperationKind Kind { get; }

    /// <summary>The variables.</summary>
    public VariableTable Variables { get; }

    /// <summary>What the document and its plans take, in bytes of memory, estimated; grows with each choice that is asked for.</summary>
    public int Weight => Volatile.Read(ref _weight);

    /// <summary>Reads a document and compiles its operation.</summary>
    /// <returns>Null, or why it is refused.</returns>
    public static DocumentFailure? Compile(SchemaPlans schema, string text, string? operationName, out CompiledOperation? compiled)
    {
        compiled = null;
        if (schema.Reader.Read(text, operationName, out var read) is { } failure)
            return failure;
        compiled = new CompiledOperation(schema, read!, PlanWeight.OfDocument(text));
        return compiled._branches.IsTooLarge
            ? DocumentFailure.Of(GraphFailureKind.Limit, GraphCodes.LimitExceeded, "Directives: more than 64 variables decide what is skipped and included.")
            : null;
    }

    /// <summary>The plan for a request's variables.</summary>
    /// <returns>Null, or why it is refused.</returns>
    public DocumentFailure? Plan(VariableValues variables, out OperationPlan? plan)
    {
        plan = null;
        if (_branches.FindNull(variables) is var index and >= 0)
            return DocumentFailure.Of(GraphFailureKind.Variables, GraphCodes.BadUserInput, $"A variable of @skip or @include is null: Boolean! is needed.");
        var choice = _branches.Choose(variables);
        if (!_plans.TryGetValue(choice, out var known))
        {
            known.Failure = PlanCompiler.Compile(_schema, _read, Variables, _branches, choice, out known.Plan);
            var weight = known.Plan is null ? 0 : PlanWeight.Of(known.Plan);
            if (_plans.IsEmpty || (_plans.Count < MostPlans && Weight + weight < MostWeight))
                Interlocked.Add(ref _weight, _plans.TryAdd(choice, known) ? weight : 0);
        }

        plan = known.Plan;
        return known.Failure;
    }
}
