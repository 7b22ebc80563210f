using System.IO.Pipelines;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>How slowly a body that is no stream may come. The server's own bound, a least data rate, is off, for it would end streams that pause.</summary>
/// <param name="Patience">How long the gateway waits for a body besides what its bytes are worth. 2 minutes: a mobile client between two cells.</param>
/// <param name="LeastRate">In bytes a second: each such number of bytes that have come is worth a second of waiting. 240: what Kestrel asks of bodies.</param>
public sealed record BodyPace(TimeSpan Patience, int LeastRate)
{
    /// <summary>The defaults.</summary>
    public static BodyPace Default { get; } = new(TimeSpan.FromMinutes(2), 240);
}

/// <summary>The bounds of a body that is no stream: how large it may be, by when all of it must have come, and at what pace. Only time that is spent waiting
/// for the client counts: where a backend takes a body slowly, the client is not to blame.</summary>
/// <param name="maxBytes">More is a 413.</param>
/// <param name="until">What has not come then is a 408; none where the call's own deadline ends the reading.</param>
/// <param name="pace">A body that comes more slowly is a 408.</param>
/// <param name="time">The clock.</param>
internal sealed class TimedBody(int maxBytes, Deadline until, BodyPace pace, TimeProvider time) : IDisposable
{
    // A timer's own limit is 49 days; a month is as good as never.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    // Made for the first wait, and used for all of the body's.
    private CancellationTokenSource? _limit;
    private TimeSpan _waited;

    /// <summary>The most bytes.</summary>
    public int MaxBytes => maxBytes;

    /// <summary>Reads on; what goes wrong comes as a <see cref="GatewayCallException"/>, and a cancellation as such.</summary>
    /// <param name="body">The body.</param>
    /// <param name="received">How many of its bytes have come before.</param>
    /// <param name="cancel">Ends the wait.</param>
    public ValueTask<ReadResult> ReadAsync(PipeReader body, long received, CancellationToken cancel)
    {
        // Small bodies come with their head: no timer for those.
        var read = ClientBody.TryReadPiece(body, out var piece);
        return read ? new(piece) : WaitAsync(body, received, cancel);
    }

    /// <inheritdoc />
    public void Dispose() => _limit?.Dispose();

    private async ValueTask<ReadResult> WaitAsync(PipeReader body, long received, CancellationToken cancel)
    {
        var left = Left(received);
        if (left <= TimeSpan.Zero)
            throw new GatewayCallException(GatewayErrors.RequestTimeout());
        _limit ??= new(Timeout.InfiniteTimeSpan, time);
        // Whole milliseconds, of which a timer takes no parts.
        _limit.CancelAfter(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
        var started = time.GetTimestamp();
        try
        {
            using (cancel.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), _limit))
                return await ClientBody.ReadPieceAsync(body, _limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new GatewayCallException(GatewayErrors.RequestTimeout());
        }
        finally
        {
            _waited += time.GetElapsedTime(started);
            _limit.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    private TimeSpan Left(long received)
    {
        var left = pace.Patience + TimeSpan.FromSeconds(received / (double)pace.LeastRate) - _waited;
        if (until.IsSet && until.Left < left)
            left = until.Left;
        return left < LongestWait ? left : LongestWait;
    }
}
