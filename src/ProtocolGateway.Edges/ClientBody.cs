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

    private static GatewayError Explain(Exception bad) => bad switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new()
        {
            Code = StatusCode.ResourceExhausted,
            Reason = "REQUEST_TOO_LARGE",
            Blame = Blame.Caller,
            Message = "The request body is larger than the server takes.",
            HttpStatus = 413,
        },
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => GatewayErrors.RequestTimeout(),
        BadHttpRequestException => GatewayErrors.InvalidInput("The request body is broken: it is framed wrongly, or ended early."),
        _ => GatewayErrors.CallerGone(),
    };
}
