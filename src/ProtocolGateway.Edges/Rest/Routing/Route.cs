using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.Rest.Routing;

/// <summary>One rule of one operation, as it is served.</summary>
public sealed class Route
{
    /// <summary>Its place in <see cref="RouteTable.Routes"/>; what is compiled per route can stand in a parallel array.</summary>
    public required int Index { get; init; }

    /// <summary>The configured service.</summary>
    public required CatalogService Service { get; init; }

    /// <summary>The operation.</summary>
    public required Operation Operation { get; init; }

    /// <summary>The rule as the contract gives it; made up for an operation without one (<c>POST /{package.Service}/{Method}</c>, body <c>*</c>).</summary>
    public required HttpRule Rule { get; init; }

    /// <summary>The template with the configured prefix before it.</summary>
    public required PathTemplate Template { get; init; }

    /// <summary>How many segments of the template are the prefix.</summary>
    public required int PrefixSegments { get; init; }

    /// <summary>The operation has no rule of its own.</summary>
    public bool IsImplicit { get; init; }

    /// <summary>The partial segments by their index, null elsewhere; null as a whole where the template has none.</summary>
    internal PartialSegment?[]? Partials { get; init; }

    /// <summary>Method and template, <c>GET /v1/users/{id}</c>.</summary>
    public string Text => field ??= Rule.Method + " " + Template.Text;

    /// <summary>Method and template.</summary>
    public override string ToString() => Text;
}

/// <summary>What of the routes the configuration decides.</summary>
public sealed record RouteOptions
{
    /// <summary>The path before every route: <c>/api</c>. Empty or <c>/</c> for none.</summary>
    public string PathPrefix { get; init; } = "";

    /// <summary>The path before the operations of a service, below <see cref="PathPrefix"/>; empty for none.</summary>
    public Func<CatalogService, string> ServicePrefix { get; init; } = static _ => "";
}
