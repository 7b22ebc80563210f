using Microsoft.AspNetCore.Http;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.Grpc;

/// <summary>A call by a protocol that names the method in its path.</summary>
internal abstract class RpcCall(HttpContext context) : MessageCall
{
    /// <summary>The request and its answer.</summary>
    protected HttpContext Context => context;

    /// <summary>Answers with an error, in the form that the request asks for; an answer that has no last record for it must not have begun.</summary>
    public abstract ValueTask FailAsync(GatewayError error);

    /// <summary>Takes the request's headers and its time.</summary>
    /// <param name="own">The operation's own time, or less where the protocol says so; null for none.</param>
    /// <param name="time">The clock.</param>
    /// <returns>What is wrong with them.</returns>
    public GatewayError? TakeHeaders(TimeSpan? own, TimeProvider time)
    {
        var error = CallTimeouts.Read(Context.Request.Headers, own, time, out var deadline);
        Deadline = deadline;
        return error ?? ClientHeaders.ToBackend(Context, Headers, CallerAddress, grpc: true);
    }
}
