using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProtocolGateway.Edges.GraphQL.Planning;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Carries out a query for all who ask it.</summary>
/// <param name="caller">Whose headers the calls carry; those of the others are the same.</param>
/// <param name="output">Takes the answer.</param>
internal delegate ValueTask<GraphResult> SharedQuery(CallerContext caller, PooledBuffer output);

/// <summary>
/// Lets equal queries that are under way at the same time be one execution. Equal is what nothing can tell apart: the operation, its variables, the
/// caller's address, and every header of his that a backend would be sent.
/// </summary>
internal sealed class QuerySharing
{
    private readonly Dictionary<Key, Shared> _running = [];
    private readonly Lock _sync = new();

    /// <summary>How many executions are under way.</summary>
    public int Count
    {
        get
        {
            lock (_sync)
                return _running.Count;
        }
    }

    /// <summary>Carries out the query, or waits for an equal one.</summary>
    /// <param name="plan">What is done.</param>
    /// <param name="variables">With what.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="query">Does it.</param>
    /// <param name="output">Takes the answer.</param>
    public async ValueTask<GraphResult> RunAsync(OperationPlan plan, VariableValues variables, CallerContext caller, SharedQuery query, PooledBuffer output)
    {
        var key = new Key(plan, Fingerprint(variables, caller));
        Shared? shared;
        bool leads;
        lock (_sync)
        {
            if (leads = !_running.TryGetValue(key, out shared))
                _running[key] = shared = new Shared();
            shared!.Waiting++;
        }

        return leads ? await LeadAsync(key, shared, caller, query, output) : await FollowAsync(key, shared, caller, output);
    }

    // The leader's request holds what the execution reads, so he stays for the others, even where his own client has gone.
    private async ValueTask<GraphResult> LeadAsync(Key key, Shared shared, CallerContext caller, SharedQuery query, PooledBuffer output)
    {
        try
        {
            await using var gone = caller.Cancelled.UnsafeRegister(_ => Leave(key, shared), null);
            var result = await query(caller.Under(shared.Gone.Token), output);
            End(key, shared);
            shared.Answer.TrySetResult((result, output.WrittenSpan.ToArray()));
            return result;
        }
        catch (Exception e)
        {
            End(key, shared);
            shared.Answer.TrySetException(e);
            // Told to whoever waits; nobody may.
            _ = shared.Answer.Task.Exception;
            throw;
        }
    }

    private async ValueTask<GraphResult> FollowAsync(Key key, Shared shared, CallerContext caller, PooledBuffer output)
    {
        try
        {
            var (result, answer) = await shared.Answer.Task.WaitAsync(caller.Cancelled);
            output.Write(answer);
            return result;
        }
        finally
        {
            Leave(key, shared);
        }
    }

    private void Leave(Key key, Shared shared)
    {
        lock (_sync)
        {
            if (--shared.Waiting > 0 || !_running.TryGetValue(key, out var running) || running != shared)
                return;
            _running.Remove(key);
        }

        shared.Gone.Cancel();
    }

    private void End(Key key, Shared shared)
    {
        lock (_sync)
        {
            if (_running.TryGetValue(key, out var running) && running == shared)
                _running.Remove(key);
        }
    }

    private static byte[] Fingerprint(VariableValues variables, CallerContext caller)
    {
        using var text = new PooledBuffer();
        for (var i = 0; i < variables.Count; i++)
            Append(text, variables.Json(i));
        Append(text, MemoryMarshal.AsBytes(caller.Address.AsSpan()));
        foreach (var grpc in (ReadOnlySpan<bool>)[true, false])
        {
            // A header that cannot be passed on is in no list, but refuses the call.
            Append(text, MemoryMarshal.AsBytes((caller.ErrorOf(grpc)?.Message).AsSpan()));
            foreach (var (name, value) in caller.HeadersOf(grpc))
            {
                Append(text, MemoryMarshal.AsBytes(name.AsSpan()));
                Append(text, MemoryMarshal.AsBytes(value.AsSpan()));
            }
        }

        return text.WrittenSpan.ToArray();
    }

    // With its length, so that no two lists of values look alike.
    private static void Append(PooledBuffer text, ReadOnlySpan<byte> value)
    {
        var length = value.Length;
        text.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in length)));
        text.Write(value);
    }

    private sealed class Shared
    {
        public int Waiting { get; set; }

        public CancellationTokenSource Gone { get; } = new();

        public TaskCompletionSource<(GraphResult Result, byte[] Answer)> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private readonly struct Key(OperationPlan plan, byte[] fingerprint) : IEquatable<Key>
    {
        private OperationPlan Plan => plan;

        private byte[] Fingerprint => fingerprint;

        public bool Equals(Key other) => ReferenceEquals(Plan, other.Plan) && Fingerprint.AsSpan().SequenceEqual(other.Fingerprint);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            var hash = default(HashCode);
            hash.Add(RuntimeHelpers.GetHashCode(Plan));
            hash.AddBytes(Fingerprint);
            return hash.ToHashCode();
        }
    }
}
