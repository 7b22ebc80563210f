using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.WebSockets.Multiplexed.Frames;

/// <summary>Frames as JSON objects, whose member <c>type</c> is the name of the frame in frames.proto.</summary>
internal sealed class JsonFrames : FrameForm
{
    public const string Name = "gateway.v1.json";

    public static readonly JsonFrames Instance = new();

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public override string SubProtocol => Name;

    public override bool IsText => true;

    public override string? TryRead(ReadOnlyMemory<byte> bytes, out ClientFrame frame)
    {
        frame = new();
        return JsonFrameReader.TryRead(bytes, frame);
    }

    public override void Welcome(PooledBuffer into, SessionNote session, WebSocketEdgeOptions options)
    {
        using var json = Begin(into, "welcome");
        if (session.Token.Length > 0)
            json.WriteString("session", session.Token);
        json.WriteBoolean("resumed", session.Resumed);
        json.WriteNumber("received", session.Received);
        json.WriteNumber("credit", options.RequestCredit);
        json.WriteNumber("maxCalls", options.MaxCalls);
        json.WriteNumber("maxFrameBytes", options.MaxRequestBytes);
        json.WriteNumber("resumeWindowMs", session.Token.Length > 0 ? (long)options.ResumeWindow.TotalMilliseconds : 0);
        json.WriteEndObject();
    }

    public override void Head(PooledBuffer into, uint id, CallHeaders metadata)
    {
        using var json = Begin(into, "head", id);
        WriteMetadata(json, "metadata", metadata);
        json.WriteEndObject();
    }

    public override GatewayError? Message(PooledBuffer into, uint id, RpcTarget target, ReadOnlySequence<byte> message, SharedMessage? shared)
    {
        into.Write("{\"type\":\"message\",\"id\":"u8);
        WriteNumber(into, id);
        into.Write(",\"message\":"u8);
        var wrong = target.Write(json: true, message, into, shared);
        into.Write("}"u8);
        return wrong;
    }

    public override void Complete(PooledBuffer into, uint id, PooledBuffer? message, CallHeaders? trailers)
    {
        into.Write("{\"type\":\"complete\",\"id\":"u8);
        WriteNumber(into, id);
        if (message is not null)
        {
            into.Write(",\"message\":"u8);
            into.Write(message.WrittenSpan);
        }

        if (trailers is not null && Any(trailers))
        {
            into.Write(",\"trailers\":"u8);
            using var json = new Utf8JsonWriter(into, Relaxed);
            WriteMetadata(json, null, trailers);
        }

        into.Write("}"u8);
    }

    public override void Error(PooledBuffer into, uint id, GatewayError error, string? incident, CallHeaders? trailers)
    {
        using var json = Begin(into, "error", id);
        json.WriteString("code", StatusTables.NameOf(error.Code));
        json.WriteString("reason", error.Reason);
        json.WriteString("message", error.Message);
        if (incident is not null)
            json.WriteString("incident", incident);
        var details = RpcDetails.Of(error, null);
        if (!error.StatusDetails.IsEmpty && details.Count > 0)
        {
            json.WriteStartArray("details");
            foreach (var detail in details)
            {
                json.WriteStartObject();
                json.WriteString("type", detail.TypeUrl[(detail.TypeUrl.LastIndexOf('/') + 1)..]);
                json.WriteBase64String("value", detail.Value.Span);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (trailers is not null && Any(trailers))
            WriteMetadata(json, "trailers", trailers);
        json.WriteEndObject();
    }

    public override void Credit(PooledBuffer into, uint id, int messages)
    {
        using var json = Begin(into, "credit", id);
        json.WriteNumber("messages", messages);
        json.WriteEndObject();
    }

    public override void Gap(PooledBuffer into, uint id, long missed)
    {
        using var json = Begin(into, "gap", id);
        json.WriteNumber("missed", missed);
        json.WriteEndObject();
    }

    public override void Ack(PooledBuffer into, ulong received)
    {
        using var json = Begin(into, "ack");
        json.WriteNumber("received", received);
        json.WriteEndObject();
    }

    public override void Pong(PooledBuffer into) => into.Write("{\"type\":\"pong\"}"u8);

    public override void GoAway(PooledBuffer into, int reconnectAfterMs, string reason)
    {
        using var json = Begin(into, "goAway");
        json.WriteNumber("reconnectAfterMs", reconnectAfterMs);
        json.WriteString("reason", reason);
        json.WriteEndObject();
    }

    public override void Expiring(PooledBuffer into, int seconds)
    {
        using var json = Begin(into, "expiring");
        json.WriteNumber("seconds", seconds);
        json.WriteEndObject();
    }

    public override void Refreshed(PooledBuffer into) => into.Write("{\"type\":\"refreshed\"}"u8);

    private static Utf8JsonWriter Begin(PooledBuffer into, string type, uint? id = null)
    {
        var json = new Utf8JsonWriter(into, Relaxed);
        json.WriteStartObject();
        json.WriteString("type", type);
        if (id is { } call)
            json.WriteNumber("id", call);
        return json;
    }

    private static bool Any(CallHeaders headers)
    {
        foreach (var (name, value) in headers.Items)
        {
            if (IsTold(name, value))
                return true;
        }

        return false;
    }

    // A name with several values has an array.
    private static void WriteMetadata(Utf8JsonWriter json, string? member, CallHeaders headers)
    {
        if (member is null)
            json.WriteStartObject();
        else
            json.WriteStartObject(member);
        var items = headers.Items;
        for (var i = 0; i < items.Length; i++)
        {
            var (name, value) = items[i];
            if (!IsTold(name, value) || Occurs(items[..i], name))
                continue;
            if (!Occurs(items[(i + 1)..], name))
            {
                json.WriteString(name, value);
                continue;
            }

            json.WriteStartArray(name);
            foreach (var (other, one) in items[i..])
            {
                if (other == name && IsTold(other, one))
                    json.WriteStringValue(one);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static bool Occurs(ReadOnlySpan<KeyValuePair<string, string>> items, string name)
    {
        foreach (var (other, value) in items)
        {
            if (other == name && IsTold(other, value))
                return true;
        }

        return false;
    }

    private static void WriteNumber(PooledBuffer into, uint number)
    {
        Utf8Formatter.TryFormat(number, into.GetSpan(10), out var length);
        into.Advance(length);
    }
}
