using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Edges.GraphQL.Transports.Documents;
using ProtocolGateway.Edges.Sockets;

namespace ProtocolGateway.Edges.GraphQL.Transports.Sockets;

/// <summary>Opens WebSockets that speak graphql-transport-ws; each is a <see cref="SocketSession"/>.</summary>
internal sealed class SocketTransport
{
    private const string SubProtocol = "graphql-transport-ws";

    private readonly SocketRunner _runner;
    private readonly AllowedOrigins _origins;
    private readonly GraphTransportOptions _options;
    private readonly SocketHandshake _handshake;

    /// <param name="dispatcher">What runs operations.</param>
    /// <param name="documents">Where documents are found.</param>
    /// <param name="origins">The sites whose pages may open sockets.</param>
    /// <param name="options">The settings.</param>
    /// <param name="services">What the program lends.</param>
    /// <param name="log">Where incidents are logged.</param>
    /// <param name="plain">Answers what only looked like a handshake.</param>
    public SocketTransport(
        GraphDispatcher dispatcher,
        DocumentResolver documents,
        AllowedOrigins origins,
        GraphTransportOptions options,
        GraphEdgeServices services,
        ILogger log,
        RequestDelegate plain)
    {
        (_origins, _options) = (origins, options);
        _runner = new(dispatcher, documents, options, services, log);
        _handshake = new(AcceptAsync, plain, services.Loggers);
    }

    /// <summary>Answers a request that may be a handshake. Never throws.</summary>
    public Task HandleAsync(HttpContext context) => _handshake.HandleAsync(context);

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
        await using var session = new SocketSession(new(socket, context, _options.MaxRequestBytes, _runner.Services.Time), context, _runner);
        await session.RunAsync(!_origins.AllowsSocket(context.Request) ? GraphCloses.Forbidden : speaks ? null : GraphCloses.WrongSubProtocol);
    }
}
