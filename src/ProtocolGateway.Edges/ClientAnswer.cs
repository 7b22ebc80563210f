using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace ProtocolGateway.Edges;

/// <summary>Sends the body of a client's answer, or breaks it off.</summary>
internal static class ClientAnswer
{
    /// <summary>Messages that come together leave together, up to here, in bytes: about what one send takes at its best.</summary>
    public const int MostHeldBack = 16 * 1024;

    /// <summary>An abort drops what the server has not handed to the socket yet; this lets the last record out. Only what breaks off waits.</summary>
    public static readonly TimeSpan BeforeAbort = TimeSpan.FromMilliseconds(50);

    /// <summary>The answer cannot become another one any more: bytes are out, or wait to be sent and cannot be taken back either.</summary>
    public static bool HasBegun(HttpContext context) => context.Response.HasStarted || context.Response.BodyWriter.UnflushedBytes > 0;

    /// <summary>Sends a message of a stream, with those that were held back before it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="message">The bytes; they are copied.</param>
    /// <param name="moreAtHand">The next message follows without a wait: both may leave in one piece.</param>
    public static ValueTask SendAsync(HttpContext context, ReadOnlySpan<byte> message, bool moreAtHand)
    {
        var output = context.Response.BodyWriter;
        output.Write(message);
        return OfferAsync(context, moreAtHand);
    }

    /// <summary>Sends what was written, unless what follows without a wait may leave with it.</summary>
    public static ValueTask OfferAsync(HttpContext context, bool moreAtHand) =>
        moreAtHand && context.Response.BodyWriter.UnflushedBytes < MostHeldBack ? default : FlushAsync(context);

    /// <summary>Sends what was written. Awaited by the upstream: a client that reads slowly slows the backend down.</summary>
    public static ValueTask FlushAsync(HttpContext context)
    {
        var flush = context.Response.BodyWriter.FlushAsync(CancellationToken.None);
        return flush.IsCompletedSuccessfully ? default : Slow(flush);

        static async ValueTask Slow(ValueTask<FlushResult> flush) => await flush;
    }

    /// <summary>Sends what was written and breaks the connection, so that the client does not take it for a whole answer.</summary>
    public static async ValueTask BreakOffAsync(HttpContext context, TimeProvider time)
    {
        await context.Response.BodyWriter.FlushAsync();
        await Task.Delay(BeforeAbort, time);
        context.Abort();
    }
}
