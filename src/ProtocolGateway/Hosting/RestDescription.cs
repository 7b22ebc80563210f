using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Codec;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Rest;

namespace ProtocolGateway.Hosting;

/// <summary>Makes the REST edge's options from the configuration.</summary>
internal static class RestDescription
{
    public static long MaxRequestBytes(GatewayConfig config) => config.Edges.Rest.MaxRequestBytes ?? config.Limits.MaxRequestBytes;

    public static RestEdgeOptions OptionsOf(GatewayConfig config, Catalog catalog) => new()
    {
        MaxRequestBytes = (int)MaxRequestBytes(config),
        ErrorFormat = config.Edges.Rest.ErrorFormat == ErrorFormat.Status ? RestErrorFormat.GoogleRpcStatus : RestErrorFormat.Problem,
        Timeouts = Timeouts(config, catalog),
    };

    public static CodecOptions CodecOf(ServiceRestConfig rest) => new()
    {
        EmitDefaults = rest.EmitDefaults,
        EnumsAsIntegers = rest.EnumsAsIntegers,
        PreserveNames = rest.PreserveNames,
        IgnoreUnknownFields = rest.IgnoreUnknownFields,
    };

    // An operation's own timeout holds for every shape; that of a service would end its long-lived streams, so it holds for unary calls only.
    private static Dictionary<string, TimeSpan> Timeouts(GatewayConfig config, Catalog catalog)
    {
        var timeouts = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var service in catalog.Services)
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
