using System.IO.Pipelines;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>The bounds of a body that is no stream: how large it may be, and by when all of it must have come. The server's own bound, a least data rate,
/// is off, for it would end streams that pause.</summary>
/// <param name="MaxBytes">More is a 413.</param>
/// <param name="Until">What has not come then is a 408.</param>
/// <param name="Time">The clock of that deadline.</param>
internal sealed record TimedBody(int MaxBytes, Deadline Until, TimeProvider Time)
{
    // A timer's own limit is 49 days; a month is as good as never.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);

    /// <summary>Reads on; what goes wrong comes as a <see cref="GatewayCallException"/>, and a cancellation as such.</summary>
    public ValueTask<ReadResult> ReadAsync(PipeReader body, CancellationToken cancel)
    {
        // Small bodies come with their head: no timer for those.
        var read = ClientBody.TryReadPiece(body, out var piece);
        return read ? new(piece) : WaitAsync(body, cancel);
    }

    private async ValueTask<ReadResult> WaitAsync(PipeReader body, CancellationToken cancel)
    {
        var left = Until.Left;
        using var limit = new CancellationTokenSource(left < LongestWait ? left : LongestWait, Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        try
        {
            return await ClientBody.ReadPieceAsync(body, both.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new GatewayCallException(GatewayErrors.RequestTimeout());
        }
    }
}
