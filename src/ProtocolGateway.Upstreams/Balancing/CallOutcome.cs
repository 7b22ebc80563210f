using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Upstreams.Balancing;

/// <summary>What a balancer learns from a call.</summary>
/// <param name="Error">Null for success.</param>
/// <param name="Elapsed">From the pick to the end.</param>
internal readonly record struct CallOutcome(GatewayError? Error, TimeSpan Elapsed);
