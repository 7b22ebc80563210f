using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>Reads the body of a client's request.</summary>
internal static class ClientBody
{
    /// <summary>Reads on; what goes wrong with the body or the connection comes as a <see cref="GatewayCallException"/>, a cancellation as such.</summary>
    public static async ValueTask<ReadResult> ReadPieceAsync(PipeReader body, CancellationToken cancel)
    {
        try
        {
            var read = body.ReadAsync(CancellationToken.None);
            if (read.IsCompleted)
                return await read;
            ReadResult result;
            // Not by the read's own token: the server's readers stay in the middle of a read then, and cannot pass over what is left of the body.
            using (cancel.UnsafeRegister(static body => ((PipeReader)body!).CancelPendingRead(), body))
                result = await read;
            if (!result.IsCanceled)
                return result;
            body.AdvanceTo(result.Buffer.Start);
            throw new OperationCanceledException(cancel);
        }
        catch (Exception bad) when (bad is IOException or OperationCanceledException or ConnectionAbortedException)
        {
            // Who cancelled knows why: a deadline, the end of the call, the client's going.
            if (bad is not BadHttpRequestException)
                cancel.ThrowIfCancellationRequested();
            throw new GatewayCallException(Explain(bad));
        }
    }

    /// <summary>Reads what is at hand; false where that is nothing. What goes wrong comes as a <see cref="GatewayCallException"/>.</summary>
    public static bool TryReadPiece(PipeReader body, out ReadResult piece)
    {
        try
        {
            return body.TryRead(out piece);
        }
        catch (Exception bad) when (bad is IOException or OperationCanceledException or ConnectionAbortedException)
        {
            throw new GatewayCallException(Explain(bad));
        }
    }

    /// <summary>Lifts what the server limits of ordinary bodies: a stream has no size, and may be silent for long.</summary>
    public static void PrepareStream(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    /// <summary>Reads a body that is one message, and takes it; what goes wrong is the result.</summary>
    /// <param name="context">The request.</param>
    /// <param name="bounds">How large the body may be, and how slow.</param>
    /// <param name="state">Goes to <paramref name="take"/>.</param>
    /// <param name="take">Takes the whole body.</param>
    public static ValueTask<GatewayError?> ReadWholeAsync<T>(HttpContext context, TimedBody bounds, T state, Func<ReadOnlySequence<byte>, T, GatewayError?> take) =>
        context.Request.ContentLength > bounds.MaxBytes ? new(GatewayErrors.RequestTooLarge(bounds.MaxBytes)) : AsErrorAsync(context, ReadToEndAsync(context, bounds, state, take));

    /// <summary>The result of a read, what it throws for a broken or ended request included.</summary>
    public static async ValueTask<GatewayError?> AsErrorAsync(HttpContext context, ValueTask<GatewayError?> read)
    {
        try
        {
            return await read;
        }
        catch (GatewayCallException broken)
        {
            return broken.Error;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return GatewayErrors.CallerGone();
        }
    }

    private static async ValueTask<GatewayError?> ReadToEndAsync<T>(HttpContext context, TimedBody bounds, T state, Func<ReadOnlySequence<byte>, T, GatewayError?> take)
    {
        var body = context.Request.BodyReader;
        var received = 0L;
        while (true)
        {
            var result = await bounds.ReadAsync(body, received, context.RequestAborted);
            var buffer = result.Buffer;
            received = buffer.Length;
            if (received <= bounds.MaxBytes && !result.IsCompleted)
            {
                body.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            var error = received > bounds.MaxBytes ? GatewayErrors.RequestTooLarge(bounds.MaxBytes) : take(buffer, state);
            body.AdvanceTo(buffer.End);
            return error;
        }
    }

    private static GatewayError Explain(Exception bad) => bad switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => GatewayErrors.RequestTooLarge(),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => GatewayErrors.RequestTimeout(),
        BadHttpRequestException => GatewayErrors.InvalidInput("The request body is broken: it is framed wrongly, or ended early."),
        _ => GatewayErrors.CallerGone(),
    };
}
