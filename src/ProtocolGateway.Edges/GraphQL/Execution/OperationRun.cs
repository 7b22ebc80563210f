using ProtocolGateway.Edges.GraphQL.Planning;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>
/// One execution of a plan: its calls, as early as what they need is there, and then its answer. A mutation's root fields come one after the other, each
/// with all that hangs on it (specification, "Mutation").
/// </summary>
internal sealed class OperationRun : IDisposable
{
    private readonly OperationPlan _plan;
    private readonly VariableValues _variables;
    private readonly CallRunner _calls;
    private readonly CallerContext _caller;
    private readonly CallAnswer?[] _answers;
    private readonly JoinResult[] _joins;
    private string? _incident;
    private readonly Lock _gathering = new();

    /// <summary>Prepares a run; nothing is called yet.</summary>
    public OperationRun(OperationPlan plan, VariableValues variables, CallRunner calls, CallerContext caller)
    {
        (_plan, _variables, _calls, _caller) = (plan, variables, calls, caller);
        _answers = new CallAnswer?[plan.Fetches.Length];
        _joins = plan.Joins.Length == 0 ? [] : Array.ConvertAll(plan.Joins, static join => new JoinResult(join));
    }

    /// <summary>The variables as they came, for questions on the schema.</summary>
    public ReadOnlyMemory<byte> RawVariables { get; init; }

    /// <summary>The longest answer, in bytes.</summary>
    public int MaxBytes { get; init; } = int.MaxValue;

    /// <summary>The incident of the first value that is not of its type; one for all of a run, as a backend that is wrong once is so for each row.</summary>
    public string IncidentOf(string problem) => _incident ??= _calls.NoteBadValue(problem);

    /// <summary>What a root field's call answered.</summary>
    public CallAnswer Answer(FetchPlan fetch) => _answers[fetch.Index]!;

    /// <summary>What a join found.</summary>
    public JoinResult Joined(JoinPlan join) => _joins[join.Index];

    /// <summary>An error of the answer for a call that failed.</summary>
    /// <param name="answer">What the call came to.</param>
    /// <param name="path">The way to the field.</param>
    /// <param name="location">Where the document asks for it.</param>
    public static GraphError ErrorOf(CallAnswer answer, IReadOnlyList<object> path, GraphLocation location) => new()
    {
        Locations = [location],
        Message = answer.Error!.Message,
        Code = GraphCodes.Of(answer.Error.Code),
        Path = path,
        Cause = answer.Error,
        Service = answer.Service,
        Details = answer.Details,
        IncidentId = answer.IncidentId,
    };

    /// <summary>Makes all calls.</summary>
    public async ValueTask CallAsync()
    {
        if (_plan.Kind == GraphOperationKind.Mutation)
        {
            for (var i = 0; i < _plan.Fetches.Length; i++)
            {
                await FetchAsync(_plan.Fetches[i]);
                await Task.WhenAll(StartJoins(root: i, fetches: null));
            }
        }
        else if (_plan.Fetches.Length == 1 && _joins.Length == 0)
        {
            await FetchAsync(_plan.Fetches[0]);
        }
        else
        {
            var fetches = new Task[_plan.Fetches.Length];
            for (var i = 0; i < fetches.Length; i++)
                fetches[i] = FetchAsync(_plan.Fetches[i]).AsTask();
            // All of them in one, so that a fault of one leaves none behind: what the others write to is given back after this.
            await Task.WhenAll([.. fetches, .. StartJoins(root: -1, fetches)]);
        }
    }

    /// <summary>Takes the message of a subscription's source in place of the call's answer, and makes the joins below.</summary>
    public async ValueTask TakeEventAsync(CallAnswer answer)
    {
        _answers[0] = answer;
        Gather(_plan.Fetches[0].Values, answer);
        await Task.WhenAll(StartJoins(root: -1, fetches: null));
    }

    /// <summary>Appends the response map.</summary>
    /// <returns>Whether <c>data</c> is not null, and whether there are errors.</returns>
    public (bool HasData, bool HasErrors) Write(PooledBuffer output)
    {
        var start = output.Length;
        output.Write("{\"data\":"u8);
        using var projector = new Projector(this, output);
        var whole = projector.WriteRoot(_plan.Root);
        if (projector.IsFull)
        {
            output.Truncate(start);
            output.Write("{\"data\":"u8);
            whole = false;
            projector.Errors.Clear();
            projector.Errors.Add(new() { Message = $"Answer size: the answer is longer than {MaxBytes} bytes, which are allowed.", Code = GraphCodes.LimitExceeded });
        }

        if (!whole)
            output.Write("null"u8);
        if (projector.Errors.Count > 0)
        {
            output.Write(",\"errors\":"u8);
            GraphErrorWriter.WriteList(output, projector.Errors);
        }

        output.Write("}"u8);
        return (whole, projector.Errors.Count > 0);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // The message of a subscription's source is the source's own.
        if (_plan.Kind != GraphOperationKind.Subscription)
        {
            foreach (var answer in _answers)
                answer?.Dispose();
        }

        foreach (var join in _joins)
            join.Dispose();
    }

    private async ValueTask FetchAsync(FetchPlan fetch)
    {
        using var input = new PooledBuffer();
        string? problem = null;
        fetch.Input.Write(_variables, input, ref problem);
        var answer = problem is null ? await _calls.RunAsync(fetch.Call, input, _caller) : CallAnswer.Refused(fetch.Call, problem);
        _answers[fetch.Index] = answer;
        Gather(fetch.Values, answer);
    }

    private Task[] StartJoins(int root, Task[]? fetches)
    {
        var started = new Task[_joins.Length];
        foreach (var join in _plan.Joins)
            started[join.Index] = root < 0 || join.RootField == root ? JoinAsync(join, fetches, started) : Task.CompletedTask;
        return started;
    }

    private async Task JoinAsync(JoinPlan join, Task[]? fetches, Task[] joins)
    {
        foreach (var parent in join.ParentFetches)
            await (fetches?[parent.Index] ?? Task.CompletedTask);
        foreach (var parent in join.ParentJoins)
            await joins[parent.Index];
        var result = _joins[join.Index];
        await JoinRunner.RunAsync(result, _variables, _calls, _caller);
        GatherJoined(result);
    }

    private void Gather(List<ValuePlan> values, CallAnswer answer)
    {
        if (answer.Error is not null || !values.Exists(static v => v.HasJoins))
            return;
        lock (_gathering)
        {
            ReadOnlySpan<byte> json = answer.Json.WrittenSpan;
            var gatherer = new KeyGatherer(this);
            foreach (var value in values)
                gatherer.Gather(value, json, JsonScan.SkipSpace(json, 0));
        }
    }

    // Entities know their answers: one walk over them is one walk over all answers.
    private void GatherJoined(JoinResult result)
    {
        if (!result.Plan.Values.Exists(static v => v.HasJoins))
            return;
        lock (_gathering)
        {
            var gatherer = new KeyGatherer(this);
            for (var i = 0; i < result.EntityCount; i++)
            {
                var (answer, start, _) = result.Entity(i);
                foreach (var value in result.Plan.Values)
                    gatherer.Gather(result.Plan.Join.ManyPerKey ? value.Element! : value, answer.Json.WrittenSpan, start);
            }
        }
    }
}
