using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Envelope.Calls;

/// <summary>What is known of a caller whose connection stays: whether he may, and for how long.</summary>
/// <param name="Refusal">Why he may not; null where he may.</param>
/// <param name="Expires">When what proves who he is ends; null for never.</param>
public readonly record struct CallerTerm(GatewayError? Refusal, DateTimeOffset? Expires);

/// <summary>Looks at the headers of a caller.</summary>
public delegate ValueTask<CallerTerm> CallerCheck(CallHeaders headers);
