using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Upstreams.Balancing;

/// <summary>Picks the instance of each call: by weight, in turn.</summary>
internal sealed class InstancePicker
{
    // The turn is computed once; weights whose sum is larger are scaled down to it.
    private const int LongestTurn = 4096;
    private readonly Instance[] _turn;
    private uint _next;

    public InstancePicker(IReadOnlyList<Instance> instances)
    {
        Instances = instances;
        _turn = Schedule(instances);
    }

    /// <summary>All instances, in the configuration's order.</summary>
    public IReadOnlyList<Instance> Instances { get; }

    /// <summary>The instance that takes this call.</summary>
    public Instance Pick(GatewayCall call)
    {
        _ = call;
        var instance = _turn[(Interlocked.Increment(ref _next) - 1) % (uint)_turn.Length];
        instance.Take();
        return instance;
    }

    // Smooth weighted round robin: each step, everyone gains its weight, the richest is chosen and pays the sum. Heavy instances
    // are spread over the turn instead of being called in a burst.
    private static Instance[] Schedule(IReadOnlyList<Instance> instances)
    {
        var weights = Weights(instances);
        var sum = (int)weights.Sum();
        var gained = new long[weights.Length];
        var turn = new Instance[sum];
        for (var step = 0; step < sum; step++)
        {
            var richest = 0;
            for (var i = 0; i < weights.Length; i++)
            {
                gained[i] += weights[i];
                if (gained[i] > gained[richest])
                    richest = i;
            }

            gained[richest] -= sum;
            turn[step] = instances[richest];
        }

        return turn;
    }

    private static long[] Weights(IReadOnlyList<Instance> instances)
    {
        if (instances.Count == 0)
            throw new ArgumentException("A cluster needs at least one instance.", nameof(instances));
        var weights = new long[instances.Count];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = Math.Max(0, instances[i].Model.Weight);
        var sum = weights.Sum();
        if (sum == 0)
            Array.Fill(weights, 1);
        else if (sum > LongestTurn)
        {
            for (var i = 0; i < weights.Length; i++)
                weights[i] = weights[i] == 0 ? 0 : Math.Max(1, weights[i] * LongestTurn / sum);
        }

        var divisor = weights.Aggregate(0L, Gcd);
        for (var i = 0; i < weights.Length; i++)
            weights[i] /= divisor;
        return weights;
    }

    private static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);
}
