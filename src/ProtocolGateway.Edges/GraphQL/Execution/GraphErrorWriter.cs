using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Turns errors into the entries of <c>errors</c>. The private cause of a <see cref="GatewayError"/> is never among what is written.</summary>
internal static class GraphErrorWriter
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the response to a request that was never carried out.</summary>
    public static void WriteRequestErrors(IBufferWriter<byte> into, IReadOnlyList<GraphError> errors)
    {
        into.Write("{\"errors\":"u8);
        WriteList(into, errors);
        into.Write("}"u8);
    }

    /// <summary>Writes the list of errors.</summary>
    public static void WriteList(IBufferWriter<byte> into, IReadOnlyList<GraphError> errors)
    {
        using var writer = new Utf8JsonWriter(into, Relaxed);
        writer.WriteStartArray();
        foreach (var error in errors)
            Write(writer, error);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, GraphError error)
    {
        writer.WriteStartObject();
        writer.WriteString("message", error.Message);
        if (error.Locations.Count > 0)
            WriteLocations(writer, error.Locations);
        if (error.Path is not null)
            WritePath(writer, error.Path);
        writer.WriteStartObject("extensions");
        writer.WriteString("code", error.Code);
        if (error.Service is not null)
            writer.WriteString("service", error.Service);
        if (error.Cause is { } cause)
            WriteCause(writer, cause);
        if (error.Details is { Length: > 2 } details)
        {
            writer.WritePropertyName("details");
            writer.WriteRawValue(details, skipInputValidation: true);
        }

        if (error.IncidentId is not null)
            writer.WriteString("incidentId", error.IncidentId);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteLocations(Utf8JsonWriter writer, IReadOnlyList<GraphLocation> locations)
    {
        writer.WriteStartArray("locations");
        foreach (var (line, column) in locations)
        {
            writer.WriteStartObject();
            writer.WriteNumber("line", line);
            writer.WriteNumber("column", column);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WritePath(Utf8JsonWriter writer, IReadOnlyList<object> path)
    {
        writer.WriteStartArray("path");
        foreach (var step in path)
        {
            if (step is int index)
                writer.WriteNumberValue(index);
            else
                writer.WriteStringValue((string)step);
        }

        writer.WriteEndArray();
    }

    private static void WriteCause(Utf8JsonWriter writer, GatewayError cause)
    {
        writer.WriteString("reason", cause.Reason);
        writer.WriteStartObject("grpc");
        writer.WriteNumber("code", (int)cause.Code);
        writer.WriteString("status", cause.Code.ToString());
        writer.WriteEndObject();
        writer.WriteStartObject("http");
        writer.WriteNumber("status", cause.EffectiveHttpStatus);
        writer.WriteEndObject();
    }
}
