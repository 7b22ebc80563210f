using System.Buffers;

namespace ProtocolGateway.Edges;

/// <summary>A growing buffer over one array of the shared pool. Not thread-safe; unusable after <see cref="Dispose"/>.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    // The small answers that most calls are, with room for a frame, without a second rent.
    private const int FirstSize = 1024;

    private byte[] _array = [];
    private int _written;

    /// <summary>The bytes written so far; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, _written);

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
        Reserve(sizeHint);
        return _array.AsMemory(_written);
    }

    /// <inheritdoc />
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsSpan(_written);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        _array = [];
        _written = 0;
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = Math.Max(sizeHint, 1);
        if (_array.Length - _written >= needed)
            return;
        var size = Math.Max((long)_written + needed, Math.Max(FirstSize, _array.Length * 2L));
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(size, Array.MaxLength));
        _array.AsSpan(0, _written).CopyTo(larger);
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
