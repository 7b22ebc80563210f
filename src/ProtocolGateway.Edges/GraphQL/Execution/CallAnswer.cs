using ProtocolGateway.Edges.GraphQL.Planning;
using ProtocolGateway.Envelope.Errors;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>What one call has answered: JSON, checked, or an error.</summary>
internal sealed class CallAnswer(string service) : IDisposable
{
    /// <summary>The service that was called.</summary>
    public string Service { get; } = service;

    /// <summary>One JSON value; empty after an error.</summary>
    public PooledBuffer Json { get; } = new();

    /// <summary>Why there is no answer.</summary>
    public GatewayError? Error { get; set; }

    /// <summary>The error's details that callers may see, as a JSON array; null where there are none.</summary>
    public byte[]? Details { get; set; }

    /// <summary>The id under which the log tells more of the error.</summary>
    public string? IncidentId { get; set; }

    /// <summary>The answer to a call that is not made, as its input is wrong.</summary>
    /// <param name="plan">What would have been called.</param>
    /// <param name="problem">For the caller.</param>
    public static CallAnswer Refused(CallPlan plan, string problem) => new(plan.Service) { Error = GatewayErrors.InvalidInput(problem) };

    /// <inheritdoc />
    public void Dispose() => Json.Dispose();
}
