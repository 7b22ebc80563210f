using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>Makes what the executor would have prepared.</summary>
internal static class Scripted
{
    public static GraphPrepared Of(GraphOperationKind kind)
    {
        var plan = new OperationPlan { Kind = kind, Root = null!, Fetches = [], Joins = [], Cost = null! };
        return new(plan, VariableValues.None, default, cost: 0);
    }

    public static GraphPrepared Failed(GraphError error, GraphFailureKind kind) => new(new DocumentFailure(kind, [error]));
}
