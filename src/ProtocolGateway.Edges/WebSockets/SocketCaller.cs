using Microsoft.AspNetCore.Http;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.WebSockets;

/// <summary>Who opened a socket: what of his headers goes on with each call. It outlives the request that opened the socket.</summary>
internal sealed class SocketCaller
{
    // More than any client has; each is copied for each call.
    private const int MaxHeaders = 64;

    // What Kestrel takes of a request (32 KB) less what a call adds itself, counted as HPACK does (RFC 7541, section 4.1). A backend that is sent more may end
    // the connection, and with it the calls of all others.
    private const int MaxBytes = 30 * 1024;
    private const int EntryOverhead = 32;

    private readonly CallHeaders _headers = new();
    private readonly TimeSpan? _timeout;

    /// <summary>Reads the headers of the request that opens the socket.</summary>
    public SocketCaller(HttpContext context)
    {
        Address = ClientHeaders.CallerAddress(context);
        Error = CallTimeouts.ReadSpan(context.Request.Headers, null, out _timeout) ?? ClientHeaders.ToBackend(context, _headers, Address, grpc: true);
        _headers.RemoveAll(ClientHeaders.SpeaksOfRequest);
    }

    /// <summary>What goes on with every call.</summary>
    public CallHeaders Headers => _headers;

    /// <summary>The client's address.</summary>
    public string? Address { get; }

    /// <summary>What is wrong with the headers: every call is refused with it.</summary>
    public GatewayError? Error { get; }

    /// <summary>Takes headers that hold for every later call, in place of those of the same names.</summary>
    public GatewayError? Take(List<KeyValuePair<string, string>> metadata) => Put(metadata, _headers);

    /// <summary>Gives a call its headers and its time.</summary>
    /// <param name="call">The call.</param>
    /// <param name="metadata">The call's own headers.</param>
    /// <param name="timeout">The call's own time, as written; empty for none.</param>
    /// <param name="own">The operation's own time; null for none.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What is wrong with them.</returns>
    public GatewayError? Prepare(GatewayCall call, List<KeyValuePair<string, string>> metadata, string timeout, TimeSpan? own, TimeProvider time)
    {
        TimeSpan? asked = null;
        if (timeout.Length > 0)
        {
            if (!CallTimeouts.TryParsePlain(timeout, out var span) || span == TimeSpan.Zero)
                return GatewayErrors.InvalidInput("\"timeout\" must be more than 0, in seconds such as 2.5, or such as 500ms, 2s or 1m.");
            asked = span;
        }

        call.Deadline = CallTimeouts.Of(CallTimeouts.Smaller(CallTimeouts.Smaller(asked, _timeout), own), time);
        call.Headers.AddAll(_headers);
        return Error ?? Put(metadata, call.Headers);
    }

    private static GatewayError? Put(List<KeyValuePair<string, string>> metadata, CallHeaders into)
    {
        if (metadata.Count == 0)
            return null;
        if (metadata.Count > MaxHeaders)
            return GatewayErrors.InvalidInput($"\"metadata\" has more than {MaxHeaders} values.");
        foreach (var (name, _) in metadata)
            into.Remove(name.ToLowerInvariant());
        foreach (var (given, value) in metadata)
        {
            var name = given.ToLowerInvariant();
            if (!HeaderNames.IsToken(name))
                return GatewayErrors.InvalidInput($"\"metadata\": \"{Shown(given)}\" is no name that metadata can have.");
            // What the gateway says itself, and what frames a request, is not a client's to say.
            if (!ClientHeaders.MayPass(name, grpc: true) || ClientHeaders.SpeaksOfRequest(name) || name.StartsWith("x-forwarded-", StringComparison.Ordinal))
                continue;
            if (name.EndsWith("-bin", StringComparison.Ordinal) ? !ClientHeaders.IsBase64List(value) : !ClientHeaders.IsMetadata(value))
                return GatewayErrors.InvalidInput($"\"metadata\": the value of \"{name}\" is none that metadata can have{(name.EndsWith("-bin", StringComparison.Ordinal) ? ": it must be base64" : "")}.");
            into.TryAdd(name, value);
        }

        return SizeOf(into) > MaxBytes ? GatewayErrors.InvalidInput($"\"metadata\" is more than {MaxBytes} bytes, with what the session has already.") : null;
    }

    private static int SizeOf(CallHeaders headers)
    {
        var bytes = 0;
        foreach (var (name, value) in headers.Items)
            bytes += name.Length + value.Length + EntryOverhead;
        return bytes;
    }

    private static string Shown(string name) => name.Length <= 64 ? name : name[..64] + "...";
}
