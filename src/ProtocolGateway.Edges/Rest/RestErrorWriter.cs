using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Rest;

/// <summary>Turns a <see cref="GatewayError"/> into bytes: application/problem+json (RFC 9457) or google.rpc.Status as JSON. The cause is never among them.</summary>
internal sealed class RestErrorWriter(StatusDetails details, RestErrorFormat format)
{
    // Never part of a page: the types are JSON, so only JSON's own escapes are needed.
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the whole answer, head and body; the response must not have started.</summary>
    public void Write(HttpContext context, GatewayError error, string? incidentId)
    {
        var response = context.Response;
        response.StatusCode = error.EffectiveHttpStatus;
        ClientHeaders.DropContent(response.Headers);
        ClientHeaders.VaryByAccept(response);
        ClientHeaders.FromError(error, response);
        using var body = new PooledBuffer();
        var asStatus = RestAccept.WantsRpcStatus(context.Request.Headers, format);
        response.ContentType = asStatus ? RestAccept.Json : RestAccept.Problem;
        if (asStatus)
            WriteStatus(body, error, incidentId);
        else
            WriteProblem(body, error, incidentId);
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            response.BodyWriter.Write(body.WrittenSpan);
    }

    /// <summary>Writes google.rpc.Status as JSON: also the record at the end of a broken stream.</summary>
    public void WriteStatus(IBufferWriter<byte> output, GatewayError error, string? incidentId)
    {
        using var writer = new Utf8JsonWriter(output, Relaxed);
        writer.WriteStartObject();
        writer.WriteNumber("code", (int)error.Code);
        writer.WriteString("message", error.Message);
        writer.WritePropertyName("details");
        if (!error.StatusDetails.IsEmpty)
            details.Write(writer, error.StatusDetails);
        else
            WriteErrorInfo(writer, error, incidentId);
        writer.WriteEndObject();
    }

    private void WriteProblem(PooledBuffer output, GatewayError error, string? incidentId)
    {
        using var writer = new Utf8JsonWriter(output, Relaxed);
        var status = error.EffectiveHttpStatus;
        var title = ReasonPhrases.GetReasonPhrase(status);
        writer.WriteStartObject();
        writer.WriteString("type", "about:blank");
        writer.WriteString("title", title.Length > 0 ? title : error.Code.ToString());
        writer.WriteNumber("status", status);
        writer.WriteString("detail", error.Message);
        writer.WriteString("code", error.Code.ToString());
        writer.WriteString("reason", error.Reason);
        if (incidentId is not null)
            writer.WriteString("incidentId", incidentId);
        if (!error.StatusDetails.IsEmpty)
        {
            writer.WritePropertyName("details");
            details.Write(writer, error.StatusDetails);
        }

        writer.WriteEndObject();
    }

    // google.rpc.Status has no place of its own for the reason; ErrorInfo is the one that clients of Google's APIs look at.
    private static void WriteErrorInfo(Utf8JsonWriter writer, GatewayError error, string? incidentId)
    {
        writer.WriteStartArray();
        writer.WriteStartObject();
        writer.WriteString("@type", "type.googleapis.com/google.rpc.ErrorInfo");
        writer.WriteString("reason", error.Reason);
        writer.WriteString("domain", "protocol-gateway");
        if (incidentId is not null)
        {
            writer.WriteStartObject("metadata");
            writer.WriteString("incidentId", incidentId);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndArray();
    }
}
