using System.Buffers;

namespace ProtocolGateway.Upstreams.Http.Http1;

/// <summary>The bytes that have come from a connection and are not used up. The buffer is there only while an exchange needs it.</summary>
internal sealed class Http1Input(Stream transport) : IDisposable
{
    private const int BufferLength = 16 * 1024;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private Task<int>? _look;

    /// <summary>What is at hand; valid until the next <see cref="FillAsync"/>.</summary>
    public ReadOnlyMemory<byte> Buffered => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Marks bytes at the begin of <see cref="Buffered"/> as used.</summary>
    public void Consume(int count) => _start += count;

    /// <summary>Reads more behind what is at hand; false where the peer has closed.</summary>
    public ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        if (_look is not null)
            return FillAfterLookAsync(_look, cancel);
        MakeRoom();
        var read = transport.ReadAsync(_buffer.AsMemory(_end), cancel);
        if (!read.IsCompletedSuccessfully)
            return AwaitAsync(read);
        return new(Filled(read.Result));
    }

    /// <summary>Begins to wait for bytes without taking any.</summary>
    public void BeginLook() => _look = transport.ReadAsync(Memory<byte>.Empty).AsTask();

    /// <summary>What <see cref="BeginLook"/> waits for has come, be it the end.</summary>
    public bool HasLooked => _look is { IsCompleted: true };

    /// <summary>Gives the buffer back; nothing may be at hand.</summary>
    public void Release()
    {
        var buffer = _buffer;
        (_buffer, _start, _end) = ([], 0, 0);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <inheritdoc />
    public void Dispose() => Release();

    // A stream takes one read at a time.
    private async ValueTask<bool> FillAfterLookAsync(Task<int> look, CancellationToken cancel)
    {
        await look.WaitAsync(cancel);
        _look = null;
        return await FillAsync(cancel);
    }

    private async ValueTask<bool> AwaitAsync(ValueTask<int> read) => Filled(await read);

    private bool Filled(int count)
    {
        _end += count;
        return count > 0;
    }

    private void MakeRoom()
    {
        if (_start == _end)
            _start = _end = 0;
        if (_end < _buffer.Length)
            return;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            return;
        }

        // Only a head makes it grow, and its reader knows the limit.
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(BufferLength, _buffer.Length * 2));
        _buffer.AsSpan(0, _end).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
