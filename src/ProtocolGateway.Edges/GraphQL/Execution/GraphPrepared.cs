using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>A request that is ready to be carried out, or refused. Nothing was called for it.</summary>
internal sealed class GraphPrepared : IDisposable
{
    private readonly DocumentFailure? _failure;

    /// <summary>A request that is refused.</summary>
    public GraphPrepared(DocumentFailure failure, GraphOperationKind kind = GraphOperationKind.Query) => (_failure, Kind) = (failure, kind);

    /// <summary>A request that is ready.</summary>
    public GraphPrepared(OperationPlan plan, VariableValues variables, ReadOnlyMemory<byte> raw, long cost)
    {
        (Plan, Variables, RawVariables, Cost) = (plan, variables, raw, cost);
        Kind = plan.Kind;
    }

    /// <summary>The errors of the request; null where it may be carried out.</summary>
    public IReadOnlyList<GraphError>? Failure => _failure?.Errors;

    /// <summary>Why it is refused.</summary>
    public GraphFailureKind FailureKind => _failure?.Kind ?? GraphFailureKind.None;

    /// <summary>The kind of the operation.</summary>
    public GraphOperationKind Kind { get; }

    /// <summary>What it costs by the limits' measure.</summary>
    public long Cost { get; }

    /// <summary>What is done.</summary>
    public OperationPlan? Plan { get; }

    /// <summary>The variables, coerced.</summary>
    public VariableValues Variables { get; } = VariableValues.None;

    /// <summary>The variables as they came.</summary>
    public ReadOnlyMemory<byte> RawVariables { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        if (!ReferenceEquals(Variables, VariableValues.None))
            Variables.Dispose();
    }
}
