using ProtocolGateway.Config;
using ProtocolGateway.Upstreams;
using Protocol = ProtocolGateway.Upstreams.UpstreamProtocol;

namespace ProtocolGateway.Hosting;

/// <summary>Makes the upstreams' model from the configuration.</summary>
internal static class UpstreamModels
{
    public static Dictionary<string, ClusterModel> Of(GatewayConfig config) =>
        config.Services.ToDictionary(s => s.Key, s => Of(s.Key, s.Value.Upstream), StringComparer.Ordinal);

    private static ClusterModel Of(string name, UpstreamConfig upstream) => new(
        name,
        upstream.Protocol == Config.UpstreamProtocol.Http ? Protocol.Http : Protocol.Grpc,
        [.. upstream.Instances.Select(i => new InstanceModel(new Uri(i.Address), i.Weight))],
        new UpstreamOptions
        {
            ConnectTimeout = upstream.ConnectTimeout,
            TlsAuthorityFile = upstream.Tls?.Ca,
            TlsSkipVerify = upstream.Tls?.Insecure ?? false,
            HttpVersion = upstream.HttpVersion switch
            {
                HttpVersionChoice.Http1 => UpstreamHttpVersion.Http11,
                HttpVersionChoice.Http2 => UpstreamHttpVersion.Http2,
                _ => UpstreamHttpVersion.Auto,
            },
            GzipRequests = upstream.Compress,
        });
}
