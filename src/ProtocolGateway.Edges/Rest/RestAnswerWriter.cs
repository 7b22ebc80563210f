using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.Rest.Streaming;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest;

/// <summary>Writes answers to the client. One for the edge; what belongs to a call is in the call.</summary>
internal sealed class RestAnswerWriter(RestErrorWriter errors, TimeProvider time, ILogger log)
{
    /// <summary>Messages that come together leave together, up to here, in bytes: about what one send takes at its best.</summary>
    public const int MostHeldBack = 16 * 1024;

    // An abort drops what the server has not handed to the socket yet; this lets the last record out. Only calls that broke off wait.
    private static readonly TimeSpan BeforeAbort = TimeSpan.FromMilliseconds(50);

    /// <summary>Writes a whole answer. Nothing is flushed: the server sends head and body in one piece when the request ends.</summary>
    public static void Single(HttpContext context, string contentType, ReadOnlySpan<byte> body)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            response.BodyWriter.Write(body);
    }

    /// <summary>Sets the head of a streamed answer; it is sent with the first message.</summary>
    public static void StartStream(HttpContext context, string contentType, AnswerForm form)
    {
        var response = context.Response;
        if (form != AnswerForm.Raw)
            ClientHeaders.VaryByAccept(response);
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = contentType;
        if (form == AnswerForm.Events)
            response.Headers.CacheControl = "no-cache";
        // nginx and its kin hold streams back unless told.
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    /// <summary>Answers a request that never became a call.</summary>
    public void Reject(HttpContext context, GatewayError error, string what)
    {
        if (!context.RequestAborted.IsCancellationRequested)
            errors.Write(context, error, Incident(error, null, what));
    }

    /// <summary>Ends a call that failed: with a status where the answer has not started, else with a last record and a broken connection.</summary>
    public ValueTask FailAsync(HttpContext context, GatewayCall call, GatewayError error, AnswerForm? form, bool first)
    {
        call.Error ??= error;
        var incident = Incident(error, call, call.Operation.FullName);
        if (context.RequestAborted.IsCancellationRequested)
            return default;
        // Bytes that wait to be sent cannot be taken back either.
        if (context.Response.HasStarted || context.Response.BodyWriter.UnflushedBytes > 0)
            return BreakOffAsync(context, call.Operation.FullName, error, incident, form, first);
        errors.Write(context, error, incident);
        return default;
    }

    /// <summary>Ends a request on which the gateway itself failed.</summary>
    public ValueTask BugAsync(HttpContext context, string what, Exception bug)
    {
        if (context.RequestAborted.IsCancellationRequested)
            return default;
        var error = GatewayErrors.Bug(bug);
        var incident = Incident(error, null, what);
        if (context.Response.HasStarted || context.Response.BodyWriter.UnflushedBytes > 0)
            return BreakOffAsync(context, what, error, incident, null, true);
        context.Response.Headers.Clear();
        errors.Write(context, error, incident);
        return default;
    }

    private async ValueTask BreakOffAsync(HttpContext context, string operation, GatewayError error, string? incident, AnswerForm? form, bool first)
    {
        RestEdgeLog.BrokenOff(log, operation, error.ToString());
        if (form is AnswerForm.Lines or AnswerForm.Events or AnswerForm.Array)
        {
            var output = context.Response.BodyWriter;
            AnswerFraming.BeforeError(form.Value, first, output);
            errors.WriteStatus(output, error, incident);
            AnswerFraming.AfterError(form.Value, output);
        }

        await context.Response.BodyWriter.FlushAsync();
        await Task.Delay(BeforeAbort, time);
        context.Abort();
    }

    private string? Incident(GatewayError error, GatewayCall? call, string what)
    {
        if (call?.IncidentId is not null)
            return call.IncidentId;
        if (!Incidents.Is(error))
            return null;
        var id = Incidents.NewId();
        if (call is not null)
            call.IncidentId = id;
        if (error.Blame == Blame.Gateway)
            RestEdgeLog.GatewayFailed(log, id, what, error.ToString());
        else
            RestEdgeLog.BackendFailed(log, id, what, error.ToString());
        return id;
    }
}
