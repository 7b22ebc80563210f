using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Makes the calls of one join: one for each key, or, of a batch, one for as many keys as a call may have.</summary>
internal static class JoinRunner
{
    // An answer may have any number of keys. 64 calls at a time: what HTTP/2 servers let one connection have is 100.
    private const int MostAtOnce = 64;

    /// <summary>Asks for all keys; the calls go out side by side, up to a bound.</summary>
    public static async ValueTask RunAsync(JoinResult result, VariableValues variables, CallRunner calls, CallerContext caller)
    {
        result.Prepare();
        var groups = Groups(result);
        var answers = new Task<CallAnswer>[groups.Count];
        var (started, taken) = (0, 0);
        try
        {
            while (taken < answers.Length)
            {
                // Answers are taken in order, so the oldest is waited for; those after it go on meanwhile.
                for (; started < answers.Length && started < taken + MostAtOnce; started++)
                    answers[started] = AskAsync(result, groups[started], variables, calls, caller);
                var answer = await answers[taken];
                result.Take(answer, groups[taken++].Span);
            }
        }
        catch
        {
            await LeaveAsync(answers.AsMemory(taken..started));
            throw;
        }
    }

    // After a fault of ours: what the calls still read and write is given back when the run ends, so none may outlive it.
    private static async ValueTask LeaveAsync(ReadOnlyMemory<Task<CallAnswer>> open)
    {
        foreach (var call in open.ToArray())
        {
            await ((Task)call).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (call.IsCompletedSuccessfully)
                call.Result.Dispose();
        }
    }

    private static async Task<CallAnswer> AskAsync(JoinResult result, ReadOnlyMemory<int> keys, VariableValues variables, CallRunner calls, CallerContext caller)
    {
        using var input = new PooledBuffer();
        var plan = result.Plan;
        string? problem = null;
        plan.Arguments.Write(variables, input, ref problem);
        if (problem is not null)
            return CallAnswer.Refused(plan.Call, problem);
        input.Truncate(input.Length - 1);
        plan.Input.Write(result.Keys, keys.Span, input);
        input.Write("}"u8);
        var answer = await calls.RunAsync(plan.Call, input, caller);
        if (answer.Error is null && plan.Join.IsBatch && HoldsNoList(plan, answer.Json.WrittenSpan))
            calls.Reject(plan.Call, answer, GatewayErrors.BackendContract(answer.Service, "a value that is no list, where entities should be"));
        return answer;
    }

    // Null and nothing are an empty list; another value means that the answer is not what the join takes it for.
    private static bool HoldsNoList(JoinPlan plan, ReadOnlySpan<byte> json) =>
        JoinKeys.Follow(json, JsonScan.SkipSpace(json, 0), plan.ResultPath) is var at and >= 0 && json[at] is not ((byte)'[' or (byte)'n');

    // Keys of one call agree in the values that narrow it.
    private static List<ReadOnlyMemory<int>> Groups(JoinResult result)
    {
        var most = result.Plan.Join.IsBatch ? result.Plan.Join.MaxBatch : 1;
        var groups = new List<ReadOnlyMemory<int>>();
        if (!result.Plan.Input.Narrows)
        {
            var all = new int[result.Keys.Count];
            for (var key = 0; key < all.Length; key++)
                all[key] = key;
            AddChunks(groups, all, most);
            return groups;
        }

        foreach (var alike in ByNarrowing(result))
            AddChunks(groups, alike.ToArray(), most);
        return groups;
    }

    private static List<List<int>> ByNarrowing(JoinResult result)
    {
        using var narrowings = new KeyTable();
        var groups = new List<List<int>>();
        for (var key = 0; key < result.Keys.Count; key++)
        {
            narrowings.Begin();
            result.Plan.Input.WriteNarrowing(result.Keys[key], narrowings.Scratch);
            var group = narrowings.Add();
            if (group == groups.Count)
                groups.Add([]);
            groups[group].Add(key);
        }

        return groups;
    }

    private static void AddChunks(List<ReadOnlyMemory<int>> groups, ReadOnlyMemory<int> keys, int most)
    {
        for (var at = 0; at < keys.Length; at += most)
            groups.Add(keys.Slice(at, Math.Min(most, keys.Length - at)));
    }
}
