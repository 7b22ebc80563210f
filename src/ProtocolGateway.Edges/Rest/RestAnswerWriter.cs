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
            errors.Write(context, error, Incidents.Note(log, error, null, what));
    }

    /// <summary>Ends a call that failed: with a status where the answer has not started, else with a last record and a broken connection.</summary>
    public ValueTask FailAsync(HttpContext context, GatewayCall call, GatewayError error, AnswerForm? form, bool first)
    {
        call.Error ??= error;
        var incident = Incidents.Note(log, error, call, call.Operation.FullName);
        if (context.RequestAborted.IsCancellationRequested)
            return default;
        if (ClientAnswer.HasBegun(context))
            return BreakOffAsync(context, call.Operation.FullName, error, incident, form, first);
        errors.Write(context, error, incident);
        return default;
    }

    /// <summary>Ends a request on which the gateway itself failed.</summary>
    public ValueTask BugAsync(HttpContext context, string what, Exception bug)
    {
        var error = GatewayErrors.Bug(bug);
        var incident = Incidents.Note(log, error, null, what);
        if (context.RequestAborted.IsCancellationRequested)
            return default;
        if (ClientAnswer.HasBegun(context))
            return BreakOffAsync(context, what, error, incident, null, true);
        context.Response.Headers.Clear();
        errors.Write(context, error, incident);
        return default;
    }

    private async ValueTask BreakOffAsync(HttpContext context, string operation, GatewayError error, string? incident, AnswerForm? form, bool first)
    {
        EdgeLog.BrokenOff(log, operation, error.ToString());
        if (form is AnswerForm.Lines or AnswerForm.Events or AnswerForm.Array)
        {
            var output = context.Response.BodyWriter;
            AnswerFraming.BeforeError(form.Value, first, output);
            errors.WriteStatus(output, error, incident);
            AnswerFraming.AfterError(form.Value, output);
        }

        await ClientAnswer.BreakOffAsync(context, time);
    }
}
