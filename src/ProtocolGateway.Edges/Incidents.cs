using System.Security.Cryptography;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges;

/// <summary>The ids that join an answer and the log.</summary>
internal static class Incidents
{
    /// <summary>Sixteen hex digits that no one can guess.</summary>
    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>An incident is worth an id where the caller can do nothing about it, or is not told all; a backend's own 404 is an answer.</summary>
    public static bool Is(GatewayError error) => error.Blame != Blame.Caller && (error.EffectiveHttpStatus >= 500 || error.Cause is not null);
}
