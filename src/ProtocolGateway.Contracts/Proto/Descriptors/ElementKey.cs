namespace ProtocolGateway.Contracts.Proto.Descriptors;

/// <summary>
/// The path of an element within its file (SourceCodeInfo.Location.path) as one number. Two paths of one number are as good as impossible;
/// they would at worst exchange their comments.
/// </summary>
internal readonly record struct ElementKey(ulong Hash)
{
    // Odd, and its bits without a pattern: 2^64 divided by the golden ratio.
    private const ulong Factor = 0x9E37_79B9_7F4A_7C15;

    /// <summary>The file itself.</summary>
    public static ElementKey Root => default;

    /// <summary>The key of a child: the number of the descriptor's field that holds it, and its index there.</summary>
    public ElementKey Child(int field, int index) => new(Mix(Mix(Hash, field), index));

    private static ulong Mix(ulong hash, int next)
    {
        hash = (hash + (uint)next + 1) * Factor;
        return hash ^ (hash >> 32);
    }
}
