using System.Buffers;
using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Grpc;
using ProtocolGateway.Edges.Rest;
using ProtocolGateway.Edges.Rest.Binding;
using ProtocolGateway.Edges.Rest.Description;
using RestRoutes = ProtocolGateway.Edges.Rest.Routing.RouteOptions;

namespace ProtocolGateway.Hosting;

/// <summary>Makes the REST edge's options, and its OpenAPI document, from the configuration.</summary>
internal static class RestDescription
{
    /// <summary>The largest request message: the edge's own bound, or that of all edges.</summary>
    public static long MaxRequestBytes(GatewayConfig config) => config.Edges.Rest.MaxRequestBytes ?? config.Limits.MaxRequestBytes;

    /// <summary>All options of the edge.</summary>
    public static RestEdgeOptions OptionsOf(GatewayConfig config, IReadOnlyList<CatalogService> services) => new()
    {
        Routes = new RestRoutes
        {
            PathPrefix = config.Edges.Rest.Path,
            ServicePrefix = s => config.Services[s.Name].Rest.Prefix,
        },
        Binding = s => BindingOf(config, s.Name),
        MaxRequestBytes = (int)MaxRequestBytes(config),
        ErrorFormat = config.Edges.Rest.ErrorFormat == ErrorFormat.Status ? RestErrorFormat.GoogleRpcStatus : RestErrorFormat.Problem,
        Timeouts = Timeouts(config, services),
    };

    /// <summary>The options of the gRPC edge, which stands where the operations without a rule do.</summary>
    public static GrpcEdgeOptions GrpcOptionsOf(GatewayConfig config, LoadedCatalog loaded, TimeProvider time) => new()
    {
        Prefix = s => Slashed(config.Edges.Rest.Path) + (config.Services.TryGetValue(s, out var service) ? Slashed(service.Rest.Prefix) : ""),
        Timeout = o => TimeoutOf(loaded, o),
        MaxRequestBytes = loaded.Rest.Options.MaxRequestBytes,
        Origins = config.Edges.Grpc.Origins,
        Time = time,
    };

    /// <summary>How long a call of an operation may take, whatever edge it comes by; null for no limit of its own.</summary>
    public static TimeSpan? TimeoutOf(LoadedCatalog loaded, Operation operation) =>
        loaded.Rest.Options.Timeouts.TryGetValue((operation.View?.Native ?? operation).FullName, out var timeout) ? timeout : null;

    /// <summary>How requests of a service are read.</summary>
    public static BindingOptions BindingOf(GatewayConfig config, string service)
    {
        var rest = config.Services[service].Rest;
        return new BindingOptions
        {
            IgnoreUnknownParameters = rest.UnknownQuery == UnknownQuery.Ignore,
            Codec = new CodecOptions
            {
                EmitDefaults = rest.EmitDefaults,
                EnumsAsIntegers = rest.EnumsAsIntegers,
                PreserveNames = rest.PreserveNames,
                IgnoreUnknownFields = rest.IgnoreUnknownFields,
            },
        };
    }

    /// <summary>The REST surface as OpenAPI 3.1, in UTF-8. The edge's own path is the server's, as every operation has it.</summary>
    public static ReadOnlyMemory<byte> WriteOpenApi(GatewayConfig config, LoadedCatalog loaded)
    {
        var served = loaded.Routes.Routes.Select(r => (r.Operation, r.Rule.Method, r.Rule.Template)).ToHashSet();
        var options = new RestDescriptionOptions
        {
            ServerUrl = config.Edges.Rest.Path.TrimEnd('/') is { Length: > 0 } path ? path : "/",
            ServicePrefix = s => config.Services[s].Rest.Prefix.TrimEnd('/'),
            IsServed = (operation, rule) => served.Contains((operation, rule.Method, rule.Template)),
        };
        var output = new ArrayBufferWriter<byte>();
        OpenApiDocumentWriter.Write(loaded.Catalog, options, output);
        return output.WrittenMemory;
    }

    private static string Slashed(string path) => path.Trim('/') is { Length: > 0 } inner ? "/" + inner : "";

    // An operation's own timeout holds for every shape; that of a service would end its long-lived streams, so it holds for unary calls only.
    private static Dictionary<string, TimeSpan> Timeouts(GatewayConfig config, IReadOnlyList<CatalogService> services)
    {
        var timeouts = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            var written = config.Services[service.Name];
            foreach (var operation in service.Operations)
            {
                var own = written.Operations.TryGetValue(operation.FullName, out var settings) ? settings.Timeout : null;
                if ((own ?? (operation.Shape == Shape.Unary ? written.Timeout : null)) is { } timeout)
                    timeouts[operation.FullName] = timeout;
            }
        }

        return timeouts;
    }
}
