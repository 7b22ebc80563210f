using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Codec.Formatting;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.Edges.Rest.Routing;

namespace ProtocolGateway.Edges.Rest;

/// <summary>Everything that the REST edge compiles from one catalog snapshot. Immutable.</summary>
public sealed class RestEdgeModel
{
    internal RestEdgeModel(RouteTable routes, IReadOnlyList<RestRoutePlan> plans, StatusDetails errorDetails, RestEdgeOptions options) =>
        (Routes, Plans, ErrorDetails, Options) = (routes, plans, errorDetails, options);

    /// <summary>The routes.</summary>
    public RouteTable Routes { get; }

    /// <summary>The settings.</summary>
    public RestEdgeOptions Options { get; }

    /// <summary>By <see cref="Route.Index"/>.</summary>
    internal IReadOnlyList<RestRoutePlan> Plans { get; }

    internal StatusDetails ErrorDetails { get; }

    /// <summary>Compiles a catalog. Rules that cannot be served are left out and named in <paramref name="diagnostics"/>.</summary>
    public static RestEdgeModel Build(Catalog catalog, RestEdgeOptions options, List<Diagnostic> diagnostics)
    {
        Func<string, MessageType?> find = name => catalog.FindType(name) ?? BuiltInTypes.Find(name);
        var plans = new List<RestRoutePlan>();
        var routes = RouteTable.Build(catalog, options.Routes, diagnostics, route =>
        {
            if (RestRoutePlanCompiler.Compile(route, options, find, diagnostics, out var whyNot) is { } plan)
                plans.Add(plan);
            return whyNot;
        });
        return new(routes, plans.ToArray(), new(find, type => JsonFormatPlan.Compile(type, CodecOptions.Default, find).Format), options);
    }
}
