using System.Collections.Concurrent;
using System.Text;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.GraphQL.Execution;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;
using ProtocolGateway.Edges.GraphQL.Transports;
using ProtocolGateway.Envelope.Buffers;

namespace UnitTests.Edges.GraphQL.Transports;

/// <summary>Stands for the executor: the document's text decides what comes of it.</summary>
internal sealed class ScriptedExecutor
{
    private readonly ConcurrentDictionary<GraphPrepared, string> _documents = new();

    /// <summary>Lets <c>{slow}</c> and <c>mutation{slow}</c> end.</summary>
    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The requests that were prepared, as "document operationName variables extensions".</summary>
    public ConcurrentQueue<string> Prepared { get; } = new();

    /// <summary>The callers of operations that ran.</summary>
    public ConcurrentQueue<CallerContext> Callers { get; } = new();

    /// <summary>Ends when an operation was cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many results <c>subscription{endless}</c> has handed over.</summary>
    public int Taken { get; private set; }

    public GraphDispatcher Dispatcher => new(Prepare, ExecuteAsync, SubscribeAsync);

    private GraphPrepared Prepare(in GraphRequest request)
    {
        var document = Encoding.UTF8.GetString(JsonText.Unescape(request.Query.Span));
        Prepared.Enqueue($"{document} {request.OperationName} {Encoding.UTF8.GetString(request.Variables.Span)} {Encoding.UTF8.GetString(request.Extensions.Span)}".Trim());
        var prepared = document switch
        {
            "{" => Failed(GraphFailureKind.Syntax),
            "{unknown}" => Failed(GraphFailureKind.Validation),
            "{variables}" => Failed(GraphFailureKind.Variables),
            "{limit}" => Failed(GraphFailureKind.Limit),
            _ => Scripted.Of(document.StartsWith("mutation", StringComparison.Ordinal) ? GraphOperationKind.Mutation
                : document.StartsWith("subscription", StringComparison.Ordinal) ? GraphOperationKind.Subscription : GraphOperationKind.Query),
        };
        _documents[prepared] = document;
        return prepared;
    }

    private async ValueTask<GraphResult> ExecuteAsync(GraphPrepared prepared, CallerContext caller, PooledBuffer output)
    {
        Callers.Enqueue(caller);
        var document = _documents[prepared];
        switch (document)
        {
            case "{bug}":
                throw new InvalidOperationException("a bug");
            case "{partial}":
                output.Write("""{"data":{"a":null},"errors":[{"message":"m"}]}"""u8);
                return new(true, true);
            case "{nothing}":
                output.Write("""{"data":null,"errors":[{"message":"m"}]}"""u8);
                return new(false, true);
            case "{slow}" or "mutation{slow}":
                await Gate.Task.WaitAsync(caller.Cancelled);
                break;
            case "{stuck}":
                await CancellationAsync(caller.Cancelled);
                break;
        }

        caller.Return("x-cost", "7");
        output.Write(Encoding.UTF8.GetBytes($$$"""{"data":{"ran":"{{{document}}}"}}"""));
        return new(true, false);
    }

    private async ValueTask SubscribeAsync(GraphPrepared prepared, CallerContext caller, Func<ReadOnlyMemory<byte>, ValueTask> next)
    {
        Callers.Enqueue(caller);
        switch (_documents[prepared])
        {
            case "subscription{two}":
                await next("""{"data":{"n":1}}"""u8.ToArray());
                await next("""{"data":{"n":2}}"""u8.ToArray());
                break;
            case "subscription{endless}":
                // Large, so that few of them fill what lies between us and the client.
                var large = Encoding.UTF8.GetBytes($$$"""{"data":{"n":"{{{new string('x', 64 * 1024)}}}"}}""");
                for (; !caller.Cancelled.IsCancellationRequested; Taken++)
                    await next(large);
                Cancelled.TrySetResult();
                break;
            case "subscription{bug}":
                await next("""{"data":{"n":1}}"""u8.ToArray());
                throw new InvalidOperationException("a bug");
            default:
                await next("""{"data":{"n":1}}"""u8.ToArray());
                await CancellationAsync(caller.Cancelled);
                // What an executor says of a source that was cancelled.
                await next("""{"data":null,"errors":[{"message":"cancelled"}]}"""u8.ToArray());
                break;
        }
    }

    private async Task CancellationAsync(CancellationToken cancel)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancel);
        }
        catch (OperationCanceledException)
        {
            Cancelled.TrySetResult();
        }
    }

    private static GraphPrepared Failed(GraphFailureKind kind) => Scripted.Failed(new() { Message = $"a {kind} error", Code = "CODE" }, kind);
}
