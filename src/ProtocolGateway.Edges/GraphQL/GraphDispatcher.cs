using ProtocolGateway.Edges.GraphQL.Execution;

namespace ProtocolGateway.Edges.GraphQL;

/// <summary>Parses, validates and plans a request; see <see cref="GraphExecutor.Prepare"/>.</summary>
internal delegate GraphPrepared PrepareOperation(in GraphRequest request);

/// <summary>Runs a query or a mutation; see <see cref="GraphExecutor.ExecuteAsync"/>.</summary>
internal delegate ValueTask<GraphResult> ExecuteOperation(GraphPrepared prepared, CallerContext caller, PooledBuffer output);

/// <summary>Runs a subscription; see <see cref="GraphExecutor.SubscribeAsync"/>.</summary>
internal delegate ValueTask SubscribeOperation(GraphPrepared prepared, CallerContext caller, Func<ReadOnlyMemory<byte>, ValueTask> next);

/// <summary>What the ways in ask of the executor, as delegates: a test of a transport scripts them.</summary>
internal sealed record GraphDispatcher(PrepareOperation Prepare, ExecuteOperation Execute, SubscribeOperation Subscribe)
{
    /// <summary>Asks an executor.</summary>
    public static GraphDispatcher Of(GraphExecutor executor) => new(executor.Prepare, executor.ExecuteAsync, executor.SubscribeAsync);
}
