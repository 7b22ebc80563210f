using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Guards.Sizes;

/// <summary>
/// Refuses calls whose request message is known to be too large before a backend is bothered. Streams and bodies without a declared length are
/// bounded by the edge while it reads them.
/// </summary>
public sealed class SizeGuard(long maxRequestBytes)
{
    /// <summary>Null where the call may pass.</summary>
    public GatewayError? Check(GatewayCall call)
    {
        var length = call.HttpRequest is { } request ? request.ContentLength ?? 0
            : call.TryGetSingleMessage(out var message) ? message.Length : 0;
        return length > maxRequestBytes ? GatewayErrors.RequestTooLarge(maxRequestBytes) : null;
    }
}
