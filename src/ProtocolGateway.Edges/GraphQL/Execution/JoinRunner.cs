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
        for (var i = 0; i < answers.Length; i++)
        {
            // Answers are taken in order, so the oldest is waited for; those after it go on meanwhile.
            if (i >= MostAtOnce)
                result.Take(await answers[i - MostAtOnce], groups[i - MostAtOnce]);
            answers[i] = AskAsync(result, groups[i], variables, calls, caller);
        }

        for (var i = Math.Max(0, answers.Length - MostAtOnce); i < answers.Length; i++)
            result.Take(await answers[i], groups[i]);
    }

    private static async Task<CallAnswer> AskAsync(JoinResult result, int[] keys, VariableValues variables, CallRunner calls, CallerContext caller)
    {
        using var input = new PooledBuffer();
        var plan = result.Plan;
        string? problem = null;
        plan.Arguments.Write(variables, input, ref problem);
        if (problem is not null)
            return CallAnswer.Refused(plan.Call, problem);
        input.Truncate(input.Length - 1);
        plan.Input.Write(result.Keys, keys, input);
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
    private static List<int[]> Groups(JoinResult result)
    {
        var most = result.Plan.Join.IsBatch ? result.Plan.Join.MaxBatch : 1;
        var all = Enumerable.Range(0, result.Keys.Count);
        return result.Plan.Input.Narrows
            ? [.. all.GroupBy(key => Narrowing(result, key)).SelectMany(group => group.Chunk(most))]
            : [.. all.Chunk(most)];
    }

    private static string Narrowing(JoinResult result, int key)
    {
        var narrows = result.Plan.Input.IsNarrowing;
        var parts = Enumerable.Range(0, narrows.Length).Where(i => narrows[i]).Select(i => Convert.ToHexString(JoinInput.Part(result.Keys[key], i)));
        return string.Join(',', parts);
    }
}
