using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
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

    /// <summary>False for a route whose rule does not fit its operation: it takes its path, and answers nothing.</summary>
    public bool Serves(Route route) => Plans[route.Index] is not null;

    /// <summary>Compiles a catalog. Rules that cannot be served are left out and named in <paramref name="diagnostics"/>.</summary>
    public static RestEdgeModel Build(Catalog catalog, RestEdgeOptions options, List<Diagnostic> diagnostics)
    {
        var routes = RouteTable.Build(catalog, options.Routes, diagnostics);
        Func<string, MessageType?> find = name => catalog.FindType(name) ?? BuiltInTypes.Find(name);
        var plans = new RestRoutePlan?[routes.Routes.Count];
        foreach (var route in routes.Routes)
            plans[route.Index] = RestRoutePlanCompiler.Compile(route, options, find, diagnostics);
        return new(routes, plans, new(find, type => JsonFormatPlan.Compile(type, CodecOptions.Default, find).Format), options);
    }
}
