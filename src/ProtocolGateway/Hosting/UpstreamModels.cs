using System.Collections.Frozen;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Upstreams;
using ProtocolGateway.Upstreams.Sharing;
using Protocol = ProtocolGateway.Upstreams.UpstreamProtocol;

namespace ProtocolGateway.Hosting;

/// <summary>Makes the upstreams' model from the configuration.</summary>
internal static class UpstreamModels
{
    public static Dictionary<string, ClusterModel> Of(GatewayConfig config) =>
        config.Services.ToDictionary(s => s.Key, s => Of(s.Key, s.Value.Upstream), StringComparer.Ordinal);

    /// <summary>How the calls of operations share streams, by the operations' full names.</summary>
    public static Func<Operation, SharedStreamOptions?> SharesOf(GatewayConfig config)
    {
        var shares = new Dictionary<string, SharedStreamOptions>(StringComparer.Ordinal);
        foreach (var (name, operation) in config.Services.Values.SelectMany(static s => s.Operations))
        {
            if (operation.Share is { } share)
                shares[name] = Of(share);
        }

        var frozen = shares.ToFrozenDictionary(StringComparer.Ordinal);
        return frozen.Count == 0 ? static _ => null : o => frozen.GetValueOrDefault(o.FullName);
    }

    private static SharedStreamOptions Of(OperationShareConfig share) => new()
    {
        Headers = [.. share.Headers.Select(static h => h.ToLowerInvariant())],
        RetainLast = share.RetainLast,
        SlowConsumer = share.SlowConsumer switch
        {
            ShareSlowConsumer.Block => SlowSubscriber.Block,
            ShareSlowConsumer.Latest => SlowSubscriber.Latest,
            ShareSlowConsumer.DropOldest => SlowSubscriber.DropOldest,
            _ => SlowSubscriber.Disconnect,
        },
        QueueMessages = share.QueueMessages,
    };

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
