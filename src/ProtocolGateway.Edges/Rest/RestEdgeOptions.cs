using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest.Binding;
using ProtocolGateway.Edges.Rest.Routing;

namespace ProtocolGateway.Edges.Rest;

/// <summary>How errors are written where the caller does not ask for a form.</summary>
public enum RestErrorFormat
{
    /// <summary>application/problem+json (RFC 9457).</summary>
    Problem,

    /// <summary>google.rpc.Status as JSON, as grpc-gateway and Envoy answer.</summary>
    GoogleRpcStatus,
}

/// <summary>What can be set on the REST edge.</summary>
public sealed record RestEdgeOptions
{
    /// <summary>Where the routes stand.</summary>
    public RouteOptions Routes { get; init; } = new();

    /// <summary>How requests of a service are read, and, by its codec options, how answers are written.</summary>
    public Func<CatalogService, BindingOptions> Binding { get; init; } = static _ => new();

    /// <summary>The largest request message in bytes, a streamed one's elements each; more is a 413. 4 MiB: what gRPC servers take unless told otherwise.</summary>
    public int MaxRequestBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How slowly the body of a call that is no client stream may come; more slowly is a 408.</summary>
    public BodyPace Pace { get; init; } = BodyPace.Default;

    /// <summary>How errors are written where the caller does not ask for a form.</summary>
    public RestErrorFormat ErrorFormat { get; init; }

    /// <summary>How long a unary call may take where nothing smaller is asked for; null for no limit. Streams have none unless <see cref="Timeouts"/> names them.</summary>
    public TimeSpan? DefaultTimeout { get; init; }

    /// <summary>How long calls of an operation may take, by its full name; comes before <see cref="DefaultTimeout"/>.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Timeouts { get; init; } = new Dictionary<string, TimeSpan>();
}
