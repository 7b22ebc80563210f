namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>The variables of one request, coerced: each as the JSON that the contract wants.</summary>
internal sealed class VariableValues(IReadOnlyList<string> names) : IDisposable
{
    private readonly (int Start, int Length)[] _values = new (int, int)[names.Count];

    /// <summary>None: for operations without variables, and where no request is at hand.</summary>
    public static VariableValues None { get; } = new([]);

    /// <summary>How many there are.</summary>
    public int Count => names.Count;

    /// <summary>Where the values are written, one after the other.</summary>
    public PooledBuffer Buffer { get; } = new();

    /// <summary>The value of a variable; empty where it was not given and has no default.</summary>
    public ReadOnlySpan<byte> Json(int index) => index < _values.Length ? Buffer.WrittenSpan.Slice(_values[index].Start, _values[index].Length) : default;

    /// <summary>Sets a variable to what was written to <see cref="Buffer"/> from there on.</summary>
    public void Set(int index, int start) => _values[index] = (start, Buffer.Length - start);

    /// <summary>True, false, or null where the variable is neither.</summary>
    public bool IsTrue(int index) => Json(index) is [(byte)'t', ..];

    /// <summary>The value as an integer, in quotes or not; false where it is none.</summary>
    /// <param name="index">The variable.</param>
    /// <param name="member">The member of an object that is meant; null for the value itself.</param>
    /// <param name="value">The integer.</param>
    public bool TryGetInteger(int index, byte[]? member, out long value)
    {
        var json = Json(index);
        var at = json.IsEmpty ? -1 : member is null ? 0 : JsonScan.FindMember(json, 0, member);
        var text = at < 0 ? default : json[at..JsonScan.SkipValue(json, at)].Trim((byte)'"');
        return System.Buffers.Text.Utf8Parser.TryParse(text, out value, out var used) && used == text.Length;
    }

    /// <inheritdoc />
    public void Dispose() => Buffer.Dispose();
}
