using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Edges.Sockets;
using ProtocolGateway.Edges.WebSockets.Direct;
using ProtocolGateway.Edges.WebSockets.FanIn;
using ProtocolGateway.Edges.WebSockets.Multiplexed;
using ProtocolGateway.Edges.WebSockets.PassThrough;
using ProtocolGateway.Envelope.Calls;

namespace ProtocolGateway.Edges.WebSockets;

/// <summary>WebSockets in, calls out: one socket for any number of calls, or one for each. One per catalog snapshot.</summary>
public sealed class WebSocketEdge : IDisposable
{
    private readonly WebSocketEdgeOptions _options;
    private readonly RpcTargets _targets;
    private readonly MultiplexedProtocol _multiplexed;
    private readonly DirectProtocol _direct;
    private readonly FrozenDictionary<string, FanInHub> _hubs;
    private readonly List<(string Path, PassThroughProtocol Protocol)> _passed;
    private readonly SocketHandshake _handshake;
    private readonly SocketPinger _pinger;
    private readonly WebSocketEdgeServices _services;
    private readonly CancellationTokenRegistration _stopping, _retired;
    private ITimer? _patience;

    /// <summary>An edge over the operations of a catalog.</summary>
    /// <param name="catalog">What is served.</param>
    /// <param name="options">The settings.</param>
    /// <param name="pipeline">The spine.</param>
    /// <param name="services">What the program lends.</param>
    public WebSocketEdge(Catalog catalog, WebSocketEdgeOptions options, CallHandler pipeline, WebSocketEdgeServices services)
    {
        (_options, _services) = (options, services);
        _targets = new(catalog, static _ => "", options.Timeout);
        var origins = new AllowedOrigins(options.Origins);
        var log = services.Loggers.CreateLogger<WebSocketEdge>();
        _pinger = new(options.KeepAlive, options.KeepAliveTimeout, services.Time);
        var sockets = new SocketOptions(options.MaxRequestBytes, _pinger, services.Time);
        _multiplexed = new(_targets, options, sockets, pipeline, origins, services, log);
        _direct = new(options, sockets, pipeline, origins, services, log);
        var budget = new QueueBudget(options.MaxQueuedBytes);
        _hubs = options.FanIn.ToFrozenDictionary(static o => o.Path, o => new FanInHub(o, options, sockets, pipeline, origins, budget, services, log), StringComparer.Ordinal);
        // The longest first: /a/b is not for /a.
        _passed = [.. options.PassThrough.OrderByDescending(static p => p.Path.Length).Select(p => (p.Path, new PassThroughProtocol(p, pipeline, origins, services, log)))];
        _handshake = new(AcceptAsync, RefuseAsync, services.Loggers);
        _stopping = services.Stopping.UnsafeRegister(static self => ((WebSocketEdge)self!).Leave(), this);
        _retired = services.Retired.UnsafeRegister(static self => ((WebSocketEdge)self!).Leave(), this);
    }

    /// <summary>How many sessions of multiplexed sockets there are, with a connection or without.</summary>
    internal int SessionCount => _multiplexed.SessionCount;

    /// <summary>Answers a handshake of the edge's paths; null for any other request: a contract may have such paths too.</summary>
    public Task? TryHandle(HttpContext context)
    {
        // What nearly no request is, before anything is looked up for it.
        if (!SocketHandshake.MayBe(context))
            return null;
        var path = context.Request.Path.Value ?? "";
        if (_hubs.ContainsKey(path))
            return _handshake.HandleAsync(context);
        foreach (var (prefix, passed) in _passed)
        {
            if (IsBelow(path, prefix))
                return passed.AcceptAsync(context);
        }

        return IsBelow(path, _options.Path) ? _handshake.HandleAsync(context) : null;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _stopping.Dispose();
        _retired.Dispose();
        _patience?.Dispose();
        _pinger.Dispose();
    }

    private static bool IsBelow(string path, string prefix) =>
        path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || path[prefix.Length] == '/');

    private void Leave()
    {
        _multiplexed.Leave();
        foreach (var hub in _hubs.Values)
            hub.Leave();
        if (_services.Stopping.IsCancellationRequested)
            _direct.EndEndless();
        else
            _patience = _services.Time.CreateTimer(static self => ((WebSocketEdge)self!)._multiplexed.EndAll(), this, _options.GoAwayPatience, Timeout.InfiniteTimeSpan);
    }

    private Task AcceptAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (_hubs.TryGetValue(path, out var hub))
            return hub.AcceptAsync(context);
        var rest = path[_options.Path.Length..];
        if (rest is "" or "/")
            return _multiplexed.AcceptAsync(context);
        if (_targets.TryFind(rest, out var target))
            return _direct.AcceptAsync(context, target);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    // RFC 9110, section 15.5.22: what the client must speak here.
    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        return Task.CompletedTask;
    }
}
