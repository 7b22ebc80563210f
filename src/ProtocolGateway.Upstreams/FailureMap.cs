using System.Net.Http;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Upstreams.Grpc.Http2;

namespace ProtocolGateway.Upstreams;

/// <summary>What a transport's exception means. The exception's text goes to the cause only.</summary>
internal static class FailureMap
{
    /// <summary>The error of an exception that came from the backend's side.</summary>
    /// <param name="headSeen">The answer's head had come.</param>
    public static GatewayError FromBackend(Exception exception, string service, bool headSeen)
    {
        var cause = Describe(exception);
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is HttpProtocolException protocol)
                return FromHttp2(protocol.ErrorCode, service, cause);
        }

        var kind = exception switch
        {
            HttpRequestException request => request.HttpRequestError,
            HttpIOException io => io.HttpRequestError,
            _ => HttpRequestError.Unknown,
        };
        return kind switch
        {
            HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError
                => GatewayErrors.Unreachable(service, cause),
            HttpRequestError.VersionNegotiationError or HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError
                or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.ExtendedConnectNotSupported
                => GatewayErrors.BackendProtocol(service, cause),
            // Nobody cancelled, so that it is the handler's connect timeout.
            _ when exception is OperationCanceledException && !headSeen => GatewayErrors.Unreachable(service, cause),
            _ => GatewayErrors.BackendLost(service, cause),
        };
    }

    /// <summary>The error of an exception that the edge threw while it took or gave a piece.</summary>
    public static GatewayError FromEdge(Exception exception) => exception switch
    {
        GatewayCallException call => call.Error,
        OperationCanceledException or IOException => GatewayErrors.CallerGone(),
        _ => GatewayErrors.Bug(exception),
    };

    /// <summary>The error of a stream that ended without its answer.</summary>
    public static GatewayError FromHttp2(Http2FailureKind kind, string service, string cause) => kind switch
    {
        Http2FailureKind.NoConnection or Http2FailureKind.Refused => GatewayErrors.Unreachable(service, cause),
        Http2FailureKind.Protocol => GatewayErrors.BackendProtocol(service, cause),
        _ => GatewayErrors.BackendLost(service, cause),
    };

    // RFC 9113, section 7. REFUSED_STREAM promises that nothing was processed.
    private static GatewayError FromHttp2(long code, string service, string cause) => code switch
    {
        0x7 => GatewayErrors.Unreachable(service, cause),
        0x1 or 0x3 or 0x5 or 0x6 or 0x9 or 0xd => GatewayErrors.BackendProtocol(service, cause),
        _ => GatewayErrors.BackendLost(service, cause),
    };

    private static string Describe(Exception exception)
    {
        var text = exception.Message;
        for (var inner = exception.InnerException; inner is not null; inner = inner.InnerException)
            text += " <- " + inner.Message;
        return text;
    }
}
