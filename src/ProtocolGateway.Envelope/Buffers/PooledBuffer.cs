using System.Buffers;

namespace ProtocolGateway.Envelope.Buffers;

/// <summary>A growing buffer over one array of the shared pool. Not thread-safe; empty again after <see cref="Dispose"/>, which gives the array back.</summary>
/// <param name="firstSize">
/// The bytes that are rented with the first write. As given: the small messages that most calls carry, with room for a frame, without a second rent.
/// </param>
public sealed class PooledBuffer(int firstSize = 1024) : IBufferWriter<byte>, IDisposable
{
    private byte[] _array = [];
    private int _written;

    /// <summary>The bytes written so far; valid until the next write.</summary>
    public Memory<byte> WrittenMemory => _array.AsMemory(0, _written);

    /// <summary>The bytes written so far, to be changed in place; valid until the next write.</summary>
    public Span<byte> WrittenSpan => _array.AsSpan(0, _written);

    /// <summary>How many bytes are written.</summary>
    public int Length => _written;

    /// <summary>Forgets what is written and keeps the array.</summary>
    public void Clear() => _written = 0;

    /// <summary>Forgets what is written from there on.</summary>
    /// <param name="length">In bytes, at most <see cref="Length"/>.</param>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_written);
        _written = length;
    }

    /// <summary>Appends a copy of bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_array.AsSpan(_written));
        _written += bytes.Length;
    }

    /// <inheritdoc />
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _array.Length - _written);
        _written += count;
    }

    /// <inheritdoc />
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsMemory(_written);
    }

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _array.AsSpan(_written);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        var array = _array;
        (_array, _written) = ([], 0);
        if (array.Length > 0)
            ArrayPool<byte>.Shared.Return(array);
    }

    private void Reserve(int needed)
    {
        if (_array.Length - _written >= needed)
            return;
        var size = Math.Max((long)_written + needed, Math.Min(Math.Max(firstSize, _array.Length * 2L), Array.MaxLength));
        // Bytes beyond the longest array are an overflow here, not a copy that fails halfway.
        var larger = ArrayPool<byte>.Shared.Rent(checked((int)size));
        _array.AsSpan(0, _written).CopyTo(larger);
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
