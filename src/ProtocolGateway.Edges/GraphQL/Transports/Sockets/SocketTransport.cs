using Microsoft.AspNetCore.Connections.Features;
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
    private readonly SocketOptions _sockets;
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
        _origins = origins;
        _sockets = new(options.MaxRequestBytes, new(options.KeepAlive, options.KeepAliveTimeout, services.Time), services.Time);
        _runner = new(dispatcher, documents, options, services, log);
        _handshake = new(AcceptAsync, plain, services.Loggers);
    }

    /// <summary>Answers a request that may be a handshake. Never throws.</summary>
    public Task HandleAsync(HttpContext context) => _handshake.HandleAsync(context);

    // A refusal comes as a close code after the handshake: browsers tell their pages nothing of a handshake that failed.
    private Task AcceptAsync(HttpContext context)
    {
        var speaks = context.WebSockets.WebSocketRequestedProtocols.Contains(SubProtocol);
        var refusal = !_origins.AllowsSocket(context.Request) ? GraphCloses.Forbidden : speaks ? null : GraphCloses.WrongSubProtocol;
        var opening = Detached(context);
        return SocketHandshake.OpenAsync(context, _sockets, speaks ? SubProtocol : null, socket => ServeAsync(socket, opening, refusal));
    }

    private async Task ServeAsync(ClientSocket socket, HttpContext opening, SocketClose? refusal)
    {
        await using var session = new SocketSession(socket, opening, _runner);
        await session.RunAsync(refusal);
    }

    // What is asked of the request that opened the socket, when that has long ended.
    private static DefaultHttpContext Detached(HttpContext context)
    {
        var copy = new DefaultHttpContext();
        (copy.Request.Method, copy.Request.Protocol, copy.Request.Scheme, copy.Request.Host) = (context.Request.Method, context.Request.Protocol, context.Request.Scheme, context.Request.Host);
        foreach (var (name, values) in context.Request.Headers)
            copy.Request.Headers[name] = values;
        copy.Connection.RemoteIpAddress = context.Connection.RemoteIpAddress;
        // Of the connection, which the socket has: the address as a text is kept there.
        copy.Features.Set(context.Features.Get<IConnectionItemsFeature>());
        return copy;
    }
}
