using CsCheck;

namespace UnitTests.Edges.GraphQL.Differential;

/// <summary>
/// The choices by which a case is made, drawn at random and written down. A case is its choices: fewer and smaller ones make a smaller case, which is how
/// failures shrink, and 0 is always the plainest.
/// </summary>
internal sealed class Choices
{
    private readonly PCG? _random;
    private readonly IReadOnlyList<uint> _given = [];
    private readonly List<uint> _made = [];

    /// <summary>Choices drawn from a seed.</summary>
    public Choices(uint stream, ulong seed) => _random = new PCG(stream, seed);

    /// <summary>Choices that were made before; 0 where they end.</summary>
    public Choices(IReadOnlyList<uint> given) => _given = given;

    public IReadOnlyList<uint> Made => _made;

    public int Next(int below)
    {
        var value = below <= 1 ? 0 : _random?.Next((uint)below) ?? (_made.Count < _given.Count ? _given[_made.Count] % (uint)below : 0);
        _made.Add(value);
        return (int)value;
    }

    public bool Chance(int percent) => Next(100) >= 100 - percent;

    public T Of<T>(params IReadOnlyList<T> values) => values[Next(values.Count)];
}
