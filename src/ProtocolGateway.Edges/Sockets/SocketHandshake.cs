using System.Net.WebSockets;
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

    /// <summary>
    /// Opens the request's socket. It is served before this ends where it lives within the request, and otherwise when the request has ended
    /// (<see cref="ConnectionHandover"/>): so what serves it must not touch the request.
    /// </summary>
    /// <param name="context">The request: a handshake.</param>
    /// <param name="options">What holds for the socket.</param>
    /// <param name="subprotocol">What is spoken; null for nothing that has a name.</param>
    /// <param name="serve">Serves the socket, which is its own to dispose of.</param>
    public static async Task OpenAsync(HttpContext context, SocketOptions options, string? subprotocol, Func<ClientSocket, Task> serve)
    {
        var handover = ConnectionHandover.Of(context);
        // Its answer is what is wanted, and not its socket, which holds the request.
        _ = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { SubProtocol = subprotocol, KeepAliveInterval = TimeSpan.Zero });
        PingedStream stream = handover is null ? new RequestStream(context.Features.GetRequiredFeature<OpenedStream>().Stream!, context, options.Pinger) : new ConnectionStream(handover.Connection, options.Pinger);
        var socket = new ClientSocket(WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, SubProtocol = subprotocol, KeepAliveInterval = TimeSpan.Zero }), stream, options);
        if (handover is null)
            await BeginAsync(socket, stream, options.Pinger, serve);
        else
            handover.Take(() => BeginAsync(socket, stream, options.Pinger, serve));
    }

    /// <summary>Answers a request that <see cref="MayBe"/>. Never throws.</summary>
    public Task HandleAsync(HttpContext context)
    {
        // The framework looks for what opens a stream before it asks whom to serve.
        if (ConnectionHandover.Of(context) is null)
            context.Features.Set(new OpenedStream(context));
        return _handshake.Invoke(context);
    }

    private static Task BeginAsync(ClientSocket socket, PingedStream stream, SocketPinger pinger, Func<ClientSocket, Task> serve)
    {
        pinger.Add(stream);
        return serve(socket);
    }

    /// <summary>Keeps what the framework opens for its own socket.</summary>
    private sealed class OpenedStream : IHttpUpgradeFeature, IHttpExtendedConnectFeature
    {
        private readonly IHttpUpgradeFeature? _upgrade;
        private readonly IHttpExtendedConnectFeature? _connect;

        public OpenedStream(HttpContext context)
        {
            (_upgrade, _connect) = (context.Features.Get<IHttpUpgradeFeature>(), context.Features.Get<IHttpExtendedConnectFeature>());
            if (_upgrade is not null)
                context.Features.Set<IHttpUpgradeFeature>(this);
            if (_connect is not null)
                context.Features.Set<IHttpExtendedConnectFeature>(this);
        }

        public Stream? Stream { get; private set; }

        public bool IsUpgradableRequest => _upgrade is { IsUpgradableRequest: true };

        public bool IsExtendedConnect => _connect is { IsExtendedConnect: true };

        public string? Protocol => _connect?.Protocol;

        public async Task<Stream> UpgradeAsync() => Stream = await _upgrade!.UpgradeAsync();

        public async ValueTask<Stream> AcceptAsync() => Stream = await _connect!.AcceptAsync();
    }
}

/// <summary>What holds for all sockets of one kind.</summary>
/// <param name="MaxBytes">The largest message.</param>
/// <param name="Pinger">Asks their clients.</param>
/// <param name="Time">The clock.</param>
internal sealed record SocketOptions(int MaxBytes, SocketPinger Pinger, TimeProvider Time);
