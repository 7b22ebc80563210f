using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace ProtocolGateway.Edges.Sockets;

/// <summary>
/// Lets a WebSocket live on without the request that opened it. When a handshake over HTTP/1.1 is answered, its request ends as any other, and with it
/// goes what the framework holds for one: its headers, features, streams and timers, more than half of what an idle socket took. Then the bare
/// connection serves the socket, still one of the server's connections: at a stop the server waits for it, and ends it at last.
/// </summary>
public sealed class ConnectionHandover : IConnectionHeartbeatFeature
{
    private readonly IConnectionHeartbeatFeature? _heartbeat;
    private Action<object>? _beat;
    private object? _beatState;
    private Func<Task>? _serve;
    private Func<ValueTask>? _ended;

    private ConnectionHandover(ConnectionContext connection)
    {
        Connection = connection;
        _heartbeat = connection.Features.Get<IConnectionHeartbeatFeature>();
        connection.Features.Set(this);
        // The framework looks at each connection once a second, as long as that lives; so it would never let go of the request.
        if (_heartbeat is not null)
            connection.Features.Set<IConnectionHeartbeatFeature>(this);
    }

    /// <summary>The connection.</summary>
    internal ConnectionContext Connection { get; }

    /// <summary>Makes the connections of a listener ones that can be handed over. After TLS and before HTTP.</summary>
    public static void UseOn(IConnectionBuilder listener) => listener.Use(static next => connection => ServeAsync(connection, next));

    /// <summary>Where the request's connection is handed over, has something done when what serves it then has ended; false where the request is the end.</summary>
    /// <param name="context">The request.</param>
    /// <param name="ended">Called once.</param>
    public static bool TryFollow(HttpContext context, Func<ValueTask> ended)
    {
        // The status first: looking for a feature costs every request more.
        if (context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols || context.Features.Get<ConnectionHandover>() is not { _serve: not null } handover)
            return false;
        handover._ended = ended;
        return true;
    }

    /// <inheritdoc />
    void IConnectionHeartbeatFeature.OnHeartbeat(Action<object> action, object state)
    {
        if (_beat is not null)
        {
            _heartbeat!.OnHeartbeat(action, state);
            return;
        }

        (_beatState, _beat) = (state, action);
        _heartbeat!.OnHeartbeat(static self => ((ConnectionHandover)self).Beat(), this);
    }

    /// <summary>The handover of the request's connection; null where that cannot be handed over, because it carries other requests too.</summary>
    internal static ConnectionHandover? Of(HttpContext context) => HttpProtocol.IsHttp11(context.Request.Protocol) ? context.Features.Get<ConnectionHandover>() : null;

    /// <summary>Hands the connection over when the request has ended.</summary>
    /// <param name="serve">Serves it to its end; must not touch the request.</param>
    internal void Take(Func<Task> serve) => _serve = serve;

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var handover = new ConnectionHandover(connection);
        try
        {
            await next(connection);
        }
        finally
        {
            if (handover._serve is not null)
                await handover.ServeAsync();
        }
    }

    private Task ServeAsync()
    {
        // What it needs to begin is not held while it runs.
        var serve = _serve!;
        (_serve, _beat, _beatState) = (null, null, null);
        return _ended is null ? serve() : ServeAsync(serve, _ended);
    }

    private static async Task ServeAsync(Func<Task> serve, Func<ValueTask> ended)
    {
        try
        {
            await serve();
        }
        finally
        {
            await ended();
        }
    }

    private void Beat() => _beat?.Invoke(_beatState!);
}
