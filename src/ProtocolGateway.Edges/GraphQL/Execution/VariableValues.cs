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

    /// <summary>The value as an integer; false where it is none.</summary>
    public bool TryGetInteger(int index, out long value) =>
        System.Buffers.Text.Utf8Parser.TryParse(Json(index), out value, out var used) && used == Json(index).Length;

    /// <inheritdoc />
    public void Dispose() => Buffer.Dispose();
}
