using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>
/// The bytes of a body that is base64 (PROTOCOL-WEB, "application/grpc-web-text"): of one piece, or of several that are padded each. What is no base64 is
/// thrown as a <see cref="GatewayCallException"/>.
/// </summary>
internal sealed class Base64Body(PipeReader body) : PipeReader, IDisposable
{
    private const int Quad = 4;

    private readonly PooledBuffer _bytes = new();
    private ReadOnlySequence<byte> _given;
    private int _taken;
    private bool _unseen;
    private bool _ended;

    /// <inheritdoc />
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc />
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _taken += (int)_given.Slice(0, consumed).Length;
        _unseen = !_given.Slice(examined).IsEmpty;
    }

    /// <inheritdoc />
    public override void CancelPendingRead() => body.CancelPendingRead();

    /// <inheritdoc />
    public override void Complete(Exception? exception = null) => body.Complete(exception);

    /// <inheritdoc />
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ReadResult result;
        while (!TryRead(out result))
        {
            var read = await body.ReadAsync(cancellationToken);
            if (read.IsCanceled)
            {
                body.AdvanceTo(read.Buffer.Start);
                return Give(cancelled: true);
            }

            Take(read);
        }

        return result;
    }

    /// <inheritdoc />
    public override bool TryRead(out ReadResult result)
    {
        while (!_unseen && !_ended && body.TryRead(out var read))
            Take(read);
        result = default;
        if (!_unseen && !_ended)
            return false;
        result = Give(cancelled: false);
        return true;
    }

    /// <inheritdoc />
    public void Dispose() => _bytes.Dispose();

    private ReadResult Give(bool cancelled)
    {
        _given = new(_bytes.WrittenMemory[_taken..]);
        return new(_given, cancelled, _ended);
    }

    private void Take(ReadResult read)
    {
        DropTaken();
        var whole = read.Buffer.Slice(0, read.Buffer.Length / Quad * Quad);
        var rest = read.Buffer.Length - whole.Length;
        var before = _bytes.Length;
        var wrong = !TryDecode(whole) || (read.IsCompleted && rest > 0);
        if (wrong)
            body.AdvanceTo(read.Buffer.End);
        else
            body.AdvanceTo(whole.End, read.Buffer.End);
        if (wrong)
            throw new GatewayCallException(GatewayErrors.InvalidInput("The request body is no base64."));
        _ended = read.IsCompleted;
        _unseen = _bytes.Length > before;
    }

    private void DropTaken()
    {
        if (_taken == 0)
            return;
        var rest = _bytes.WrittenSpan[_taken..];
        rest.CopyTo(_bytes.WrittenSpan);
        _bytes.Truncate(rest.Length);
        _taken = 0;
    }

    private bool TryDecode(ReadOnlySequence<byte> text)
    {
        if (text.IsEmpty)
            return true;
        var length = (int)text.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            text.CopyTo(rented);
            for (ReadOnlySpan<byte> left = rented.AsSpan(0, length); !left.IsEmpty;)
            {
                // A padded quad ends a piece; more may follow.
                var pad = left.IndexOf((byte)'=');
                var piece = pad < 0 ? left : left[..((pad / Quad * Quad) + Quad)];
                if (Base64.DecodeFromUtf8(piece, _bytes.GetSpan(Base64.GetMaxDecodedFromUtf8Length(piece.Length)), out var used, out var written) != OperationStatus.Done || used != piece.Length)
                    return false;
                _bytes.Advance(written);
                left = left[piece.Length..];
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
