using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Routing;

namespace ProtocolGateway.Edges.Rest;

/// <summary>Everything that the REST edge compiles from one catalog snapshot. Immutable.</summary>
public sealed class RestEdgeModel
{
    internal RestEdgeModel(RouteTable routes, RestRoutePlan?[] plans, RestErrorDetails errorDetails, RestEdgeOptions options) =>
        (Routes, Plans, ErrorDetails, Options) = (routes, plans, errorDetails, options);

    /// <summary>The routes.</summary>
    public RouteTable Routes { get; }

    /// <summary>The settings.</summary>
    public RestEdgeOptions Options { get; }

    /// <summary>By <see cref="Route.Index"/>; null where the rule does not fit its operation.</summary>
    internal RestRoutePlan?[] Plans { get; }

    internal RestErrorDetails ErrorDetails { get; }
}
