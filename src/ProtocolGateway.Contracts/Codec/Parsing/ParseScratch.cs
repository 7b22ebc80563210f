namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>Everything that reading one message needs beside its input; one per thread, so that the steady state allocates nothing.</summary>
internal sealed class ParseScratch
{
    // One message may hold as many objects as its size allows; what they needed would stay with the thread.
    private const int MostTypesKept = 1024;

    [ThreadStatic]
    private static ParseScratch? _ofThread;

    private readonly List<KeySet> _keySets = [];
    private Dictionary<int, int> _types = [];
    private ulong[] _bits = new ulong[64];
    private int _bitsUsed;
    private int _keySetsUsed;
    private bool _isRented;

    /// <summary>The message.</summary>
    public WireBuffer Wire { get; } = new();

    /// <summary>The string that was read last, where it had to be decoded.</summary>
    public WireBuffer Text { get; } = new();

    /// <summary>How many types can be noted before more room is needed; bounded between messages, whatever has come.</summary>
    public int RoomForTypes => _types.Capacity;

    /// <summary>The thread's own, or a new one when a reader further up the stack has it.</summary>
    public static ParseScratch Rent()
    {
        var scratch = _ofThread;
        if (scratch is null || scratch._isRented)
            _ofThread = scratch = new ParseScratch();
        scratch._isRented = true;
        return scratch;
    }

    public void Return()
    {
        Wire.Reset();
        Text.Reset();
        _bitsUsed = 0;
        _keySetsUsed = 0;
        if (_types.Count > MostTypesKept)
            _types = [];
        else if (_types.Count > 0)
            _types.Clear();
        _isRented = false;
    }

    /// <summary>Bits, all zero, for one message; give the result to <see cref="PopBits"/>.</summary>
    public int PushBits(int words)
    {
        var start = _bitsUsed;
        _bitsUsed += words;
        if (_bitsUsed > _bits.Length)
            Array.Resize(ref _bits, Math.Max(_bitsUsed, _bits.Length * 2));
        _bits.AsSpan(start, words).Clear();
        return start;
    }

    public void PopBits(int start) => _bitsUsed = start;

    /// <summary>Sets a bit; false when it was set.</summary>
    public bool TrySetBit(int start, int bit)
    {
        ref var word = ref _bits[start + (bit >> 6)];
        var mask = 1UL << (bit & 63);
        var fresh = (word & mask) == 0;
        word |= mask;
        return fresh;
    }

    public bool HasBit(int start, int bit) => (_bits[start + (bit >> 6)] & (1UL << (bit & 63))) != 0;

    /// <summary>Keeps where an object's first <c>@type</c> has its value.</summary>
    public void NoteType(int start, int at) => _types.TryAdd(start, at);

    /// <summary>Where the object that begins there has its <c>@type</c>; false where that was not noted.</summary>
    public bool TryFindType(int start, out int at) => _types.TryGetValue(start, out at);

    public KeySet PushKeys()
    {
        if (_keySetsUsed == _keySets.Count)
            _keySets.Add(new KeySet());
        var keys = _keySets[_keySetsUsed++];
        keys.Reset();
        return keys;
    }

    public void PopKeys() => _keySetsUsed--;
}
