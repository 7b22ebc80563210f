using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams;

/// <summary>How an exchange with a backend ended; what <see cref="GatewayCall.OnEndAsync"/> takes.</summary>
internal readonly record struct CallEnd(GatewayError? Error, CallHeaders? Trailers = null);
