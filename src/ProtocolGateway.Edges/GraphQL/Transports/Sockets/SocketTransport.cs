using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ProtocolGateway.Edges.GraphQL.Transports.Documents;

namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>Opens WebSockets that speak graphql-transport-ws; each is a <see cref="SocketSession"/>.</summary>
internal sealed class SocketTransport
{
    private const string SubProtocol = "graphql-transport-ws";

    private readonly SocketRunner _runner;
    private readonly CrossSiteGuard _guard;
    private readonly GraphTransportOptions _options;
    private readonly WebSocketMiddleware _handshake;

    /// <param name="dispatcher">What runs operations.</param>
    /// <param name="documents">Where documents are found.</param>
    /// <param name="guard">Keeps other sites' pages out.</param>
    /// <param name="options">The settings.</param>
    /// <param name="services">What the program lends.</param>
    /// <param name="log">Where incidents are logged.</param>
    /// <param name="plain">Answers what only looked like a handshake.</param>
    public SocketTransport(
        GraphDispatcher dispatcher,
        DocumentResolver documents,
        CrossSiteGuard guard,
        GraphTransportOptions options,
        GraphEdgeServices services,
        ILogger log,
        RequestDelegate plain)
    {
        (_guard, _options) = (guard, options);
        _runner = new(dispatcher, documents, options, services, log);
        // The framework's handshake, entered for what looks like one: before every request, as a program usually has it, it would cost every request.
        _handshake = new(context => context.WebSockets.IsWebSocketRequest ? AcceptAsync(context) : plain(context), Options.Create(new WebSocketOptions()), services.Loggers);
    }

    /// <summary>Answers a request that may be a handshake. Never throws.</summary>
    public Task HandleAsync(HttpContext context) => _handshake.Invoke(context);

    // A refusal comes as a close code after the handshake: browsers tell their pages nothing of a handshake that failed.
    private async Task AcceptAsync(HttpContext context)
    {
        var speaks = context.WebSockets.WebSocketRequestedProtocols.Contains(SubProtocol);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = speaks ? SubProtocol : null,
            KeepAliveInterval = _options.KeepAlive,
            KeepAliveTimeout = _options.KeepAliveTimeout,
        });
        await using var session = new SocketSession(socket, context, _runner);
        await session.RunAsync(!_guard.AllowsSocket(context.Request) ? SocketClose.Forbidden : speaks ? null : SocketClose.WrongSubProtocol);
    }
}
