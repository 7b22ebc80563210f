using Microsoft.Extensions.Logging;

namespace ProtocolGateway.Upstreams;

internal static partial class UpstreamLog
{
    [LoggerMessage(3001, LogLevel.Debug, "The end of a call to {Operation} could not be delivered")]
    public static partial void EndNotDelivered(ILogger logger, string operation, Exception cause);
}
