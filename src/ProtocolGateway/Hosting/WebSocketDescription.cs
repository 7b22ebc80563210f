using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Edges.WebSockets;

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
        };
    }
}
