using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>
/// Reads gRPC frames from an answer's body. A frame's length is judged before any of it is kept, and the buffer grows with what has really come,
/// so that a lying prefix costs nothing.
/// </summary>
internal sealed class FrameReader(Stream stream, int limit, string service, bool gzip) : IDisposable
{
    private const int FirstBuffer = 8 * 1024;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private PooledBytes? _inflated;
    private int _start;
    private int _end;

    /// <summary>The message of the last <see cref="ReadAsync"/>, decompressed; valid until the next.</summary>
    public ReadOnlySequence<byte> Message { get; private set; }

    /// <summary>What is wrong with the stream of frames; final.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>Reads the next message; false at the end or for an <see cref="Error"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReadAsync(CancellationToken cancel)
    {
        var needed = GrpcContent.PrefixLength;
        while (true)
        {
            if (_end - _start >= GrpcContent.PrefixLength && !TryMeasure(out needed))
                return false;
            if (_end - _start >= needed && needed >= GrpcContent.PrefixLength && TryTake(needed))
                return Error is null;
            MakeRoom();
            var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancel);
            if (count == 0)
            {
                if (_end > _start)
                    Error = GatewayErrors.BackendProtocol(service, $"The stream ended {_end - _start} bytes into a frame of {needed}.");
                return false;
            }

            _end += count;
        }
    }

    /// <summary>True where nothing follows the last message, whose bytes stay valid.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> AtEndAsync(CancellationToken cancel)
    {
        if (_end > _start)
            return false;
        if (_end < _buffer.Length)
            return await stream.ReadAsync(_buffer.AsMemory(_end), cancel) == 0;
        return await stream.ReadAsync(new byte[1], cancel) == 0;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
        _inflated?.Dispose();
        _inflated = null;
    }

    private bool TryMeasure(out int needed)
    {
        var prefix = _buffer.AsSpan(_start, GrpcContent.PrefixLength);
        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        needed = 0;
        if (prefix[0] > 1)
            Error = GatewayErrors.BackendProtocol(service, $"A frame's flag is {prefix[0]}.");
        else if (prefix[0] == 1 && !gzip)
            Error = GatewayErrors.BackendProtocol(service, "A frame is compressed, but grpc-encoding is not gzip.");
        else if (length > (uint)limit)
            Error = GatewayErrors.AnswerTooLarge(service, limit);
        else
            needed = checked(GrpcContent.PrefixLength + (int)length);
        return Error is null;
    }

    private bool TryTake(int frameLength)
    {
        var body = _buffer.AsMemory(_start + GrpcContent.PrefixLength, frameLength - GrpcContent.PrefixLength);
        var compressed = _buffer[_start] == 1;
        _start += frameLength;
        Message = compressed && Inflate(body) is { } inflated ? new(inflated) : new(body);
        return true;
    }

    private ReadOnlyMemory<byte>? Inflate(ReadOnlyMemory<byte> body)
    {
        var into = _inflated ??= new PooledBytes(FirstBuffer);
        into.Truncate(0);
        try
        {
            MemoryMarshal.TryGetArray(body, out var segment);
            using var zip = new GZipStream(new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false), CompressionMode.Decompress);
            int count;
            while ((count = zip.Read(into.GetSpan(1024))) > 0)
            {
                into.Advance(count);
                if (into.Length <= limit)
                    continue;
                Error = GatewayErrors.AnswerTooLarge(service, limit);
                return null;
            }

            return into.Written;
        }
        catch (InvalidDataException exception)
        {
            Error = GatewayErrors.BackendProtocol(service, "A compressed frame cannot be read: " + exception.Message);
            return null;
        }
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
            _end -= _start;
            _start = 0;
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
