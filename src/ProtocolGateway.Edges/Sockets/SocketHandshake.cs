using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ProtocolGateway.Edges.Sockets;

/// <summary>Opens WebSockets. The framework's handshake, entered for what looks like one: before every request, as a program usually has it, it would cost every request.</summary>
internal sealed class SocketHandshake
{
    private readonly WebSocketMiddleware _handshake;

    /// <param name="accept">Answers a handshake.</param>
    /// <param name="plain">Answers what only looked like one.</param>
    /// <param name="loggers">The loggers.</param>
    public SocketHandshake(RequestDelegate accept, RequestDelegate plain, ILoggerFactory loggers) =>
        _handshake = new(context => context.WebSockets.IsWebSocketRequest ? accept(context) : plain(context), Options.Create(new WebSocketOptions()), loggers);

    /// <summary>The request looks like a handshake: HTTP/1.1 upgrades; HTTP/2 has extended CONNECT instead (RFC 8441).</summary>
    public static bool MayBe(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Upgrade.Count > 0)
        || (HttpMethods.IsConnect(context.Request.Method) && context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true });

    /// <summary>Answers a request that <see cref="MayBe"/>. Never throws.</summary>
    public Task HandleAsync(HttpContext context) => _handshake.Invoke(context);
}
