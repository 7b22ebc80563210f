using System.Runtime.CompilerServices;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>
/// Which fields and oneofs of one message were read: a bit each. Those of most messages fit in the word that is here; those of larger ones go on
/// in the scratch.
/// </summary>
internal struct SeenFields
{
    private const int Here = 64;

    private ulong _first;
    private int _rest;

    /// <summary>Nothing seen yet of that many. Where the message is read to its end, <see cref="End"/> must follow.</summary>
    public static SeenFields Begin(int count, ParseScratch scratch) =>
        new() { _rest = count <= Here ? -1 : scratch.PushBits((count - 1) / Here) };

    public readonly void End(ParseScratch scratch)
    {
        if (_rest >= 0)
            scratch.PopBits(_rest);
    }

    /// <summary>False when it was seen before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(int bit, ParseScratch scratch)
    {
        if (bit >= Here)
            return scratch.TrySetBit(_rest, bit - Here);
        var mask = 1UL << bit;
        var isNew = (_first & mask) == 0;
        _first |= mask;
        return isNew;
    }

    public readonly bool Has(int bit, ParseScratch scratch) =>
        bit < Here ? (_first & (1UL << bit)) != 0 : scratch.HasBit(_rest, bit - Here);
}
