using System.Buffers;
using System.Buffers.Binary;

namespace ProtocolGateway.Upstreams.Grpc.Http2;

/// <summary>The receiving half of a connection: reads frames, checks them, and gives them to the streams they belong to.</summary>
internal sealed class Http2Input(Http2Connection connection, Stream transport) : IDisposable
{
    // Four of the largest frames: one read brings many small answers.
    private const int BufferLength = 64 * 1024;

    // Compressed fields are shorter than what they count; more than this on top is an attack on the table, not an answer.
    private readonly int _mostBlockBytes = connection.HeaderLimit + Http2Frame.MaxLength;
    private readonly HpackDecoder _hpack = new();
    private readonly List<Http2Stream> _ready = [];
    private PooledBuffer? _block;
    private int _blockStream;
    private bool _blockEnds;
    private string? _wrong;
    private Http2Error? _error;

    /// <summary>Reads until the connection ends.</summary>
    public async Task RunAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        var failure = new Http2Failure(Http2FailureKind.Lost, "The peer closed the connection.");
        try
        {
            var filled = 0;
            int count;
            while ((count = await transport.ReadAsync(buffer.AsMemory(filled))) > 0)
            {
                filled += count;
                var used = Process(buffer.AsSpan(0, filled));
                foreach (var stream in _ready)
                    ThreadPool.UnsafeQueueUserWorkItem(stream, preferLocal: false);
                _ready.Clear();
                if (_wrong is null && !connection.AfterInput())
                    Fail(null, "The peer makes us answer and does not read it.");
                if (_wrong is not null)
                {
                    failure = new(Http2FailureKind.Protocol, _wrong);
                    break;
                }

                filled -= used;
                if (filled > 0 && used > 0)
                    buffer.AsSpan(used, filled).CopyTo(buffer);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            failure = new(Http2FailureKind.Lost, "Receiving failed: " + exception.Message);
        }

        ArrayPool<byte>.Shared.Return(buffer);
        Dispose();
        connection.Close(failure, _error);
    }

    /// <inheritdoc />
    public void Dispose() => _block?.Dispose();

    // All whole frames; what is left of one waits for the rest.
    private int Process(ReadOnlySpan<byte> bytes)
    {
        var used = 0;
        while (_wrong is null && bytes.Length - used >= Http2Frame.HeaderLength)
        {
            var frame = Http2Frame.Read(bytes[used..]);
            if (frame.Length > Http2Frame.MaxLength)
            {
                Fail(Http2Error.FrameSize, bytes[used..].StartsWith("HTTP/"u8) ? "The peer speaks HTTP/1, not HTTP/2." : $"A frame has {frame.Length} bytes.");
                break;
            }

            if (bytes.Length - used - Http2Frame.HeaderLength < frame.Length)
                break;
            OnFrame(frame, bytes.Slice(used + Http2Frame.HeaderLength, frame.Length));
            used += Http2Frame.HeaderLength + frame.Length;
        }

        return used;
    }

    private void OnFrame(in Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        // Section 6.10: nothing may come between the pieces of a header block.
        if (_block is not null && (frame.Type != Http2FrameType.Continuation || frame.StreamId != _blockStream))
        {
            Fail(Http2Error.Protocol, "A header block was interrupted.");
            return;
        }

        switch (frame.Type)
        {
            case Http2FrameType.Data:
                OnData(frame, payload);
                break;
            case Http2FrameType.Headers:
                OnHeaders(frame, payload);
                break;
            case Http2FrameType.Continuation:
                OnContinuation(frame, payload);
                break;
            case Http2FrameType.RstStream:
                OnReset(frame, payload);
                break;
            case Http2FrameType.Settings:
                OnSettings(frame, payload);
                break;
            case Http2FrameType.Ping:
                OnPing(frame, payload);
                break;
            case Http2FrameType.GoAway:
                OnGoAway(frame, payload);
                break;
            case Http2FrameType.WindowUpdate:
                OnWindowUpdate(frame, payload);
                break;
            case Http2FrameType.PushPromise:
                Fail(Http2Error.Protocol, "A push was promised, which our settings forbid.");
                break;
        }
    }

    private void OnData(in Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        if (!TryUnpad(frame, ref payload))
            return;
        var stream = Find(frame.StreamId);
        if (_wrong is not null)
            return;
        if (!connection.OnFlowBytes(frame.Length))
        {
            Fail(Http2Error.FlowControl, "More came than the connection's window allows.");
            return;
        }

        if (stream is null)
            return;
        var end = frame.Has(Http2Frame.EndStream);
        var tell = stream.OnData(payload, frame.Length, end, out var credit, out var wrong);
        Finish(stream, tell, end, wrong);
        if (credit > 0)
            connection.Credit(frame.StreamId, credit);
    }

    private void OnHeaders(in Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        if (!TryUnpad(frame, ref payload))
            return;
        if (frame.Has(Http2Frame.HasPriority))
        {
            if (payload.Length < 5)
            {
                Fail(Http2Error.FrameSize, "A HEADERS frame is too short for its priority.");
                return;
            }

            payload = payload[5..];
        }

        if (frame.Has(Http2Frame.EndHeaders))
        {
            OnBlock(frame.StreamId, payload, frame.Has(Http2Frame.EndStream));
            return;
        }

        (_blockStream, _blockEnds) = (frame.StreamId, frame.Has(Http2Frame.EndStream));
        _block = new PooledBuffer(payload.Length * 2);
        _block.Write(payload);
    }

    private void OnContinuation(in Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        if (_block is null)
        {
            Fail(Http2Error.Protocol, "A CONTINUATION continues nothing.");
            return;
        }

        // An empty piece that ends nothing is how the table's keeper is kept busy for ever.
        if (_block.Length + payload.Length > _mostBlockBytes || (payload.IsEmpty && !frame.Has(Http2Frame.EndHeaders)))
        {
            Fail(Http2Error.EnhanceYourCalm, $"A header block has more than {_mostBlockBytes} bytes.");
            return;
        }

        _block.Write(payload);
        if (!frame.Has(Http2Frame.EndHeaders))
            return;
        using var block = _block;
        _block = null;
        OnBlock(frame.StreamId, block.WrittenSpan, _blockEnds);
    }

    private void OnBlock(int streamId, ReadOnlySpan<byte> bytes, bool end)
    {
        var stream = Find(streamId);
        if (_wrong is not null)
            return;
        var block = stream is null ? null : new HeaderBlock(connection.HeaderLimit);
        if (!_hpack.TryDecode(bytes, block))
            Fail(Http2Error.Compression, "A header block cannot be decoded.");
        else if (stream is not null)
            Finish(stream, stream.OnHeaders(block!, end, out var wrong), end, wrong);
    }

    private void OnReset(in Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 4)
        {
            Fail(Http2Error.FrameSize, "A RST_STREAM has a wrong length.");
            return;
        }

        if (Find(frame.StreamId) is { } stream)
            connection.End(stream, Http2Failure.Reset(BinaryPrimitives.ReadUInt32BigEndian(payload)), reset: null);
    }

    private void OnSettings(in Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        if (frame.StreamId != 0)
            Fail(Http2Error.Protocol, "A SETTINGS frame speaks of a stream.");
        else if (frame.Has(Http2Frame.Ack) && !payload.IsEmpty)
            Fail(Http2Error.FrameSize, "An acknowledgement of SETTINGS holds some.");
        else if (!frame.Has(Http2Frame.Ack) && connection.OnSettings(payload) is not Http2Error.None and var error)
            Fail(error, "A SETTINGS frame holds a value that is not allowed.");
    }

    private void OnPing(in Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        if (frame.StreamId != 0 || payload.Length != 8)
            Fail(frame.StreamId != 0 ? Http2Error.Protocol : Http2Error.FrameSize, "A PING is wrong.");
        else if (!frame.Has(Http2Frame.Ack))
            connection.OnPing(payload);
    }

    private void OnGoAway(in Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        if (frame.StreamId != 0 || payload.Length < 8)
            Fail(frame.StreamId != 0 ? Http2Error.Protocol : Http2Error.FrameSize, "A GOAWAY is wrong.");
        else
            connection.OnGoAway(BinaryPrimitives.ReadInt32BigEndian(payload) & 0x7FFF_FFFF, BinaryPrimitives.ReadUInt32BigEndian(payload[4..]));
    }

    private void OnWindowUpdate(in Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        const string Wrong = "A WINDOW_UPDATE is wrong.";
        if (payload.Length != 4)
        {
            Fail(Http2Error.FrameSize, Wrong);
            return;
        }

        var stream = frame.StreamId == 0 ? null : Find(frame.StreamId);
        if (_wrong is not null || (stream is null && frame.StreamId != 0))
            return;
        var increment = BinaryPrimitives.ReadInt32BigEndian(payload) & 0x7FFF_FFFF;
        var error = increment == 0 ? Http2Error.Protocol : connection.OnWindowUpdate(stream, increment) ? Http2Error.None : Http2Error.FlowControl;
        if (error == Http2Error.None)
            return;
        // Section 6.9: that of a stream is the end of the stream alone.
        if (stream is null)
            Fail(error, Wrong);
        else
            connection.End(stream, new(Http2FailureKind.Protocol, Wrong), error);
    }

    private void Finish(Http2Stream stream, bool tell, bool end, string? wrong)
    {
        if (tell)
            _ready.Add(stream);
        if (wrong is not null)
            connection.End(stream, new(Http2FailureKind.Protocol, wrong), Http2Error.Protocol);
        else if (end)
            connection.OnEnded(stream);
    }

    // RFC 9113, section 6.1.
    private bool TryUnpad(in Http2Frame frame, ref ReadOnlySpan<byte> payload)
    {
        if (!frame.Has(Http2Frame.Padded))
            return true;
        if (payload.IsEmpty || payload[0] >= payload.Length)
        {
            Fail(Http2Error.Protocol, "A frame has more padding than bytes.");
            return false;
        }

        payload = payload[1..^payload[0]];
        return true;
    }

    private Http2Stream? Find(int id)
    {
        var stream = connection.Find(id, out var wrong);
        if (wrong)
            Fail(Http2Error.Protocol, $"A frame speaks of the stream {id}, which was never opened.");
        return stream;
    }

    // Without an error where the peer would not read it.
    private void Fail(Http2Error? error, string text)
    {
        if (_wrong is null)
            (_wrong, _error) = (text, error);
    }
}
