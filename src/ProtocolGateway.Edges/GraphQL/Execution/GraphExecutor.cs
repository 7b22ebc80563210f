using System.Buffers;
using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Edges.GraphQL.Planning.Documents;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Whether an answer has data, and whether it has errors.</summary>
/// <param name="HasData"><c>data</c> is not null.</param>
/// <param name="HasErrors">There is at least one error.</param>
internal readonly record struct GraphResult(bool HasData, bool HasErrors);

/// <summary>Carries out requests of one schema: from the text of a document to the bytes of the answer. A known document costs no parsing, no validation, no planning.</summary>
/// <param name="schema">What all documents share.</param>
/// <param name="calls">Makes the calls.</param>
/// <param name="options">The settings.</param>
internal sealed class GraphExecutor(SchemaPlans schema, CallRunner calls, GraphEdgeOptions options)
{
    private readonly DocumentCache _documents = new(options.MaxCachedDocumentBytes);

    // Headers that answers bring are one caller's: where they are passed on, each query is its own.
    private readonly QuerySharing? _sharing = options is { ShareQueries: true, AnswerHeaders.Count: 0 } ? new() : null;

    /// <summary>How many documents are kept compiled.</summary>
    public int CachedDocuments => _documents.Count;

    /// <summary>Parses, validates, holds to the limits, plans and coerces variables. No backend is asked; what is wrong with the request is in the result.</summary>
    public GraphPrepared Prepare(in GraphRequest request)
    {
        var operation = _documents.Find(request);
        var isKnown = operation is not null;
        if (!isKnown)
        {
            if (request.Query.Length > schema.Limits.MaxDocumentBytes)
                return new(DocumentFailure.Of(GraphFailureKind.Limit, GraphCodes.LimitExceeded, $"Document size: {request.Query.Length} bytes, {schema.Limits.MaxDocumentBytes} are allowed."));
            if (CompiledOperation.Compile(schema, JsonEscapes.ToText(request.Query.Span), request.OperationName, out operation) is { } failure)
                return new(failure);
        }

        var weight = operation!.Weight;
        var prepared = Bind(operation, request.Variables);
        if (!isKnown || operation.Weight != weight)
            _documents.Keep(request, operation);
        return prepared;
    }

    /// <summary>Carries out a query or a mutation.</summary>
    /// <param name="prepared">One that may be carried out.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="output">Takes the whole answer.</param>
    public ValueTask<GraphResult> ExecuteAsync(GraphPrepared prepared, CallerContext caller, PooledBuffer output) =>
        _sharing is not null && prepared.Kind == GraphOperationKind.Query && !caller.Deadline.IsSet
            ? ShareAsync(_sharing, prepared, caller, output)
            : RunAsync(prepared, caller, output);

    /// <summary>Carries out a subscription; returns when its source has ended. A source that fails gives one last answer, of errors.</summary>
    /// <param name="prepared">One that may be carried out.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="next">Takes each answer; the source gives no more until it is done.</param>
    public async ValueTask SubscribeAsync(GraphPrepared prepared, CallerContext caller, Func<ReadOnlyMemory<byte>, ValueTask> next)
    {
        var plan = prepared.Plan!;
        using var output = new PooledBuffer();
        using var input = new PooledBuffer();
        string? problem = null;
        plan.Fetches[0].Input.Write(prepared.Variables, input, ref problem);
        using var end = problem is not null
            ? CallAnswer.Refused(plan.Fetches[0].Call, problem)
            : await calls.StreamAsync(plan.Fetches[0].Call, input, caller, async answer =>
            {
                using var run = new OperationRun(plan, prepared.Variables, calls, caller) { RawVariables = prepared.RawVariables, MaxBytes = options.MaxResponseBytes };
                await run.TakeEventAsync(answer);
                output.Clear();
                run.Write(output);
                await next(output.WrittenMemory);
            });
        if (end.Error is null || caller.Cancelled.IsCancellationRequested)
            return;
        output.Clear();
        GraphErrorWriter.WriteRequestErrors(output, [OperationRun.ErrorOf(end, [plan.Root.Fields[0].ResponseName], plan.Root.Fields[0].Location)]);
        await next(output.WrittenMemory);
    }

    // Apart, so that only those who share pay for what the delegate holds.
    private ValueTask<GraphResult> ShareAsync(QuerySharing sharing, GraphPrepared prepared, CallerContext caller, PooledBuffer output) =>
        sharing.RunAsync(prepared.Plan!, prepared.Variables, caller, (all, into) => RunAsync(prepared, all, into), output);

    private async ValueTask<GraphResult> RunAsync(GraphPrepared prepared, CallerContext caller, PooledBuffer output)
    {
        using var run = new OperationRun(prepared.Plan!, prepared.Variables, calls, caller) { RawVariables = prepared.RawVariables, MaxBytes = options.MaxResponseBytes };
        await run.CallAsync();
        var (hasData, hasErrors) = run.Write(output);
        return new(hasData, hasErrors);
    }

    private GraphPrepared Bind(CompiledOperation operation, ReadOnlyMemory<byte> json)
    {
        var variables = operation.Variables.Names.Count == 0 ? VariableValues.None : new VariableValues(operation.Variables.Names);
        var failure = operation.Variables.Read(json.Span, variables);
        OperationPlan? plan = null;
        failure ??= operation.Plan(variables, out plan);
        var cost = failure is null ? plan!.Cost.Evaluate(variables) : 0;
        if (cost > schema.Limits.MaxCost)
            failure = DocumentFailure.Of(GraphFailureKind.Limit, GraphCodes.LimitExceeded, $"Cost: the operation costs {cost}, {schema.Limits.MaxCost} are allowed.");
        if (failure is null)
            return new(plan!, variables, json, cost);
        if (!ReferenceEquals(variables, VariableValues.None))
            variables.Dispose();
        return new(failure, operation.Kind);
    }
}
