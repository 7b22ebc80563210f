using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Upstreams.Grpc.Http2;

namespace ProtocolGateway.Upstreams.Grpc;

/// <summary>
/// Reads gRPC frames from an answer's body. A frame's length is judged before the window opens for it, and buffers grow with what has really come,
/// so that a lying prefix costs nothing.
/// </summary>
/// <param name="stream">The body.</param>
/// <param name="limit">The most bytes of a message, as it comes and decompressed.</param>
/// <param name="service">The service, for errors.</param>
/// <param name="encoding">What the head says that marked messages are compressed with; null for nothing.</param>
/// <param name="compression">What passes as it is; null where nothing does.</param>
internal sealed class FrameReader(Http2Stream stream, int limit, string service, string? encoding, MessageCompression? compression) : IDisposable
{
    private const int FirstBuffer = 8 * 1024;
    private PooledBuffer? _inflated;

    /// <summary>The encoding in which marked messages pass as they are; null where they are decompressed.</summary>
    public string? Passing { get; } = encoding is not null and not "identity" && compression is not null && compression.Takes(encoding) ? encoding : null;

    /// <summary>The message of the last <see cref="ReadAsync"/>, decompressed unless it passes as it is; valid until the next.</summary>
    public ReadOnlySequence<byte> Message { get; private set; }

    /// <summary>What is wrong with the stream of frames; final.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>The next message has come whole: reading it will not wait.</summary>
    public bool HasMore
    {
        get
        {
            var next = stream.Buffered.Span;
            return next.Length >= GrpcFrame.PrefixLength && (uint)(next.Length - GrpcFrame.PrefixLength) >= BinaryPrimitives.ReadUInt32BigEndian(next[1..]);
        }
    }

    /// <summary>Reads the next message; false at the end or for an <see cref="Error"/>.</summary>
    public ValueTask<bool> ReadAsync() => HasMore ? new(TryMeasure(out var length) && Take(GrpcFrame.PrefixLength + length)) : WaitAsync();

    /// <inheritdoc />
    public void Dispose()
    {
        _inflated?.Dispose();
        _inflated = null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitAsync()
    {
        if (!await stream.WaitForBodyAsync(GrpcFrame.PrefixLength))
            return OnEnd(GrpcFrame.PrefixLength);
        if (!TryMeasure(out var length))
            return false;
        var whole = GrpcFrame.PrefixLength + length;
        return await stream.WaitForBodyAsync(whole) ? Take(whole) : OnEnd(whole);
    }

    private bool Take(int whole)
    {
        var frame = stream.Buffered[..whole];
        stream.Consume(whole);
        var message = frame[GrpcFrame.PrefixLength..];
        var marked = frame.Span[0] == 1;
        if (Passing is not null)
            compression!.IsAnswerMarked = marked;
        Message = marked && Passing is null && Inflate(message) is { } inflated ? new(inflated) : new(message);
        return Error is null;
    }

    // A stream that failed says itself why.
    private bool OnEnd(int needed)
    {
        if (stream.Failure is null && !stream.Buffered.IsEmpty)
            Error = GatewayErrors.BackendProtocol(service, $"The stream ended {stream.Buffered.Length} bytes into a frame of {needed}.");
        return false;
    }

    private bool TryMeasure(out int length)
    {
        var prefix = stream.Buffered.Span;
        var declared = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        length = 0;
        if (prefix[0] > 1)
            Error = GatewayErrors.BackendProtocol(service, $"A frame's flag is {prefix[0]}.");
        else if (prefix[0] == 1 && Passing is null && encoding is not "gzip")
            Error = GatewayErrors.BackendProtocol(service, $"A frame is compressed, but grpc-encoding is \"{encoding}\".");
        else if (declared > (uint)limit)
            Error = GatewayErrors.AnswerTooLarge(service, limit);
        else
            length = (int)declared;
        return Error is null;
    }

    private ReadOnlyMemory<byte>? Inflate(ReadOnlyMemory<byte> body)
    {
        var into = _inflated ??= new PooledBuffer(FirstBuffer);
        into.Truncate(0);
        Error = GzipMessage.Inflate(body, into, limit) switch
        {
            GzipOutcome.Whole => null,
            GzipOutcome.TooLarge => GatewayErrors.AnswerTooLarge(service, limit),
            _ => GatewayErrors.BackendProtocol(service, "A compressed frame is damaged or cut off."),
        };
        return Error is null ? into.WrittenMemory : null;
    }
}
