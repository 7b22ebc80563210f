using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>Turns a <see cref="GatewayError"/> into the JSON of the Connect protocol: the body of a unary answer, or the last record of a stream.</summary>
internal sealed class ConnectErrorWriter(ILogger log)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the whole answer of a unary request; the response must not have started.</summary>
    public void Write(HttpContext context, GatewayCall call, GatewayError error)
    {
        call.Error ??= error;
        var incident = Incidents.Note(log, error, call, call.Operation.FullName);
        if (context.RequestAborted.IsCancellationRequested)
            return;
        var response = context.Response;
        response.StatusCode = error.EffectiveHttpStatus;
        response.ContentType = "application/json";
        ClientHeaders.DropContent(response.Headers);
        ClientHeaders.FromError(error, response);
        using var body = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(body, Relaxed))
            Write(writer, error, incident);
        response.ContentLength = body.Length;
        response.BodyWriter.Write(body.WrittenSpan);
    }

    /// <summary>Writes the last record of a stream: the error, where there is one, and the trailing metadata.</summary>
    public void WriteEnd(IBufferWriter<byte> output, GatewayCall call, GatewayError? error, CallHeaders? trailers)
    {
        using var writer = new Utf8JsonWriter(output, Relaxed);
        writer.WriteStartObject();
        if (error is not null)
        {
            call.Error ??= error;
            writer.WritePropertyName("error");
            Write(writer, error, Incidents.Note(log, error, call, call.Operation.FullName));
        }

        if (trailers is not null)
            WriteMetadata(writer, trailers);
        writer.WriteEndObject();
    }

    private static void WriteMetadata(Utf8JsonWriter writer, CallHeaders trailers)
    {
        var values = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (name, value) in trailers.Items)
        {
            if (!ClientHeaders.MayReturn(name) || !ClientHeaders.IsWritable(value))
                continue;
            if (!values.TryGetValue(name, out var list))
                values.Add(name, list = []);
            list.Add(value);
        }

        writer.WriteStartObject("metadata");
        foreach (var (name, list) in values)
        {
            writer.WriteStartArray(name);
            foreach (var value in list)
                writer.WriteStringValue(value);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, GatewayError error, string? incident)
    {
        writer.WriteStartObject();
        writer.WriteString("code", Name(error.Code));
        writer.WriteString("message", error.Message);
        var details = RpcDetails.Of(error, incident);
        if (details.Count > 0)
        {
            writer.WriteStartArray("details");
            foreach (var detail in details)
            {
                writer.WriteStartObject();
                writer.WriteString("type", detail.TypeUrl[(detail.TypeUrl.LastIndexOf('/') + 1)..]);
                writer.WriteString("value", detail.Value.ToBase64().TrimEnd('='));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static string Name(StatusCode code) => code switch
    {
        StatusCode.Cancelled => "canceled",
        StatusCode.Ok => "unknown",
        _ => JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString()),
    };
}
