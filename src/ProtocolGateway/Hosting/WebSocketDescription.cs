using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Edges.WebSockets;
using ProtocolGateway.Edges.WebSockets.FanIn;
using ProtocolGateway.Edges.WebSockets.PassThrough;

namespace ProtocolGateway.Hosting;

/// <summary>Makes the WebSocket edge's options from the configuration.</summary>
internal static class WebSocketDescription
{
    public static WebSocketEdgeOptions OptionsOf(GatewayConfig config, LoadedCatalog loaded)
    {
        var edge = config.Edges.WebSocket;
        return new()
        {
            Path = edge.Path.TrimEnd('/'),
            Origins = edge.Origins,
            Timeout = o => RestDescription.TimeoutOf(loaded, o),
            MaxRequestBytes = (int)(edge.MaxFrameBytes ?? config.Limits.MaxRequestBytes),
            MaxCalls = edge.MaxCalls,
            RequestCredit = edge.Credit,
            HelloTimeout = edge.HelloTimeout,
            KeepAlive = edge.KeepAlive,
            KeepAliveTimeout = edge.KeepAliveTimeout,
            ResumeWindow = edge.Resume.Window,
            ResumeBytes = (int)edge.Resume.MaxBytes,
            MaxLostSessions = edge.Resume.MaxSessions,
            ReconnectSpread = edge.ReconnectSpread,
            GoAwayPatience = edge.GoAwayPatience,
            FanIn = [.. FanInOf(config)],
            PassThrough = [.. PassThroughOf(config)],
            MaxQueuedBytes = edge.MaxQueuedBytes,
        };
    }

    private static IEnumerable<FanInOptions> FanInOf(GatewayConfig config) =>
        from service in config.Services
        where service.Value.Upstream.Protocol == UpstreamProtocol.Grpc
        from socket in service.Value.WebSockets
        select new FanInOptions
        {
            Path = socket.Path.TrimEnd('/'),
            Serve = FanInOptions.ServeOf(service.Key),
            Service = service.Key,
            Streams = socket.Streams,
            Credit = socket.Credit,
            QueueBytes = (int)socket.QueueBytes,
            SlowConsumer = socket.SlowConsumer switch
            {
                SlowConsumerPolicy.DropOldest => SlowConsumer.DropOldest,
                SlowConsumerPolicy.Latest => SlowConsumer.Latest,
                _ => SlowConsumer.Disconnect,
            },
            Patience = socket.Patience,
        };

    private static IEnumerable<PassThroughOptions> PassThroughOf(GatewayConfig config) =>
        from service in config.Services
        where service.Value.Upstream.Protocol == UpstreamProtocol.Http
        from socket in service.Value.WebSockets
        let path = socket.Path.TrimEnd('/')
        select new PassThroughOptions
        {
            Path = path,
            Target = (socket.Target ?? socket.Path).TrimEnd('/'),
            Open = PassThroughOptions.OpenOf(service.Key, path),
            Service = service.Key,
        };
}
