using ProtocolGateway.Edges.GraphQL.Execution;

namespace ProtocolGateway.Edges.GraphQL.Planning;

/// <summary>How many elements a list is taken to have: a number, or what a variable says.</summary>
/// <param name="Count">The number; of a variable, what is taken where it says nothing.</param>
/// <param name="Variable">The variable's index; -1 for none.</param>
/// <param name="Member">The member of the variable that says it; null where the variable itself does.</param>
internal readonly record struct ListSize(long Count, int Variable = -1, byte[]? Member = null);

/// <summary>
/// What a part of an operation costs: one for each object, the weight of the operation for each call, and a list multiplies what is in it. A tree only
/// where variables decide; a number otherwise.
/// </summary>
internal sealed class CostPlan
{
    /// <summary>Where costs stop growing, far above any limit.</summary>
    public const long Most = 1_000_000_000_000;

    private readonly long _own;
    private readonly ListSize _size;
    private readonly CostPlan[] _below;

    /// <summary>A part that costs <paramref name="own"/>, and <paramref name="size"/> times what is below.</summary>
    public CostPlan(long own, ListSize size, CostPlan[] below)
    {
        (_own, _size, _below) = (own, size, below);
        if (size.Variable >= 0 || Array.Exists(below, static b => b._below.Length > 0))
            return;
        // Nothing here depends on a request.
        (_own, _below) = (Evaluate(VariableValues.None), []);
    }

    /// <summary>The cost with a request's variables.</summary>
    public long Evaluate(VariableValues variables)
    {
        double below = 0;
        foreach (var part in _below)
            below += part.Evaluate(variables);
        return (long)Math.Min(Most, _own + below * SizeOf(variables));
    }

    private long SizeOf(VariableValues variables) =>
        _size.Variable >= 0 && variables.TryGetInteger(_size.Variable, _size.Member, out var said) ? Math.Clamp(said, 1, Most) : _size.Count;
}
