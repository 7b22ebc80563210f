using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ProtocolGateway.Catalogs;
using ProtocolGateway.Config;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.Edges;
using ProtocolGateway.Edges.GraphQL;
using ProtocolGateway.Edges.Grpc;
using ProtocolGateway.Edges.Rest;
using ProtocolGateway.Edges.WebSockets;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Guards.Sizes;
using ProtocolGateway.OwnServices;
using ProtocolGateway.Telemetry;
using ProtocolGateway.Upstreams;
using ProtocolGateway.Upstreams.Sharing;

namespace ProtocolGateway.Hosting;

/// <summary>
/// All that serves one state of configuration and contracts. Swapped whole; calls that run on an old one finish there, and the last of them closes
/// its connections.
/// </summary>
internal sealed class GatewaySnapshot : IAsyncDisposable
{
    private readonly RestEdge? _rest;
    private readonly GrpcEdge? _grpc;
    private readonly DocumentPages? _docs;
    private readonly GraphEdge? _graph;
    private readonly WebSocketEdge? _sockets;
    private readonly OwnDispatch _ownDispatch;
    private readonly SharedStreams _shared;
    private readonly CancellationTokenSource _retired = new();
    private readonly CancellationTokenSource _ending;

    // The gateway itself counts as one user while the snapshot is the current one.
    private int _users = 1;

    public GatewaySnapshot(GatewayConfig config, LoadedCatalog loaded, SnapshotServices services)
    {
        (Config, Loaded) = (config, loaded);
        var sockets = WebSocketDescription.OptionsOf(config, loaded);
        var serviceOf = loaded.Catalog.Services.Append(loaded.Own)
            .SelectMany(s => s.Operations.Select(o => (o, s.Name)))
            // What the gateway itself calls: the streams that bring services the sockets of clients.
            .Concat(sockets.FanIn.Select(s => (o: s.Serve, Name: s.Service)))
            .Concat(sockets.PassThrough.Select(s => (o: s.Open, Name: s.Service)))
            .ToFrozenDictionary(p => p.o, p => p.Name);
        Upstreams = new UpstreamSet(UpstreamModels.Of(config), o => serviceOf[o], services.Time);
        var telemetry = new CallTelemetry(services.Meter, services.Loggers.CreateLogger("ProtocolGateway.Calls"), services.Time, o => serviceOf[o]);
        _shared = new SharedStreams(Upstreams.DispatchAsync, UpstreamModels.SharesOf(config), services.Time);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(services.Stopping, _retired.Token);
        _ownDispatch = OwnDispatchOf(loaded, services, _ending.Token);
        var pipeline = new GatewayPipeline(telemetry, new SizeGuard(RestDescription.MaxRequestBytes(config)), DispatchAsync);
        // For edges whose calls carry protobuf, whatever the service speaks.
        var bridge = new HttpBridge(pipeline.HandleAsync, new HttpBridgeOptions { MaxAnswerBytes = (int)Math.Min(config.Edges.Grpc.MaxAnswerBytes, Array.MaxLength) });
        if (config.Edges.Grpc.Enabled)
            _grpc = new GrpcEdge(loaded.Catalog, RestDescription.GrpcOptionsOf(config, loaded, services.Time), bridge.HandleAsync, services.Loggers.CreateLogger<GrpcEdge>());
        if (config.Edges.Rest.Enabled)
            _rest = new RestEdge(loaded.Rest, pipeline.HandleAsync, services.Time, services.Loggers.CreateLogger<RestEdge>());
        if (loaded.Graph is { } schema)
        {
            var lent = new GraphEdgeServices(services.Time, services.Loggers, services.Stopping, _retired.Token);
            _graph = new GraphEdge(schema, loaded.Catalog, GraphDescription.ExecutionOf(config, loaded), GraphDescription.TransportOf(config), pipeline.HandleAsync, lent);
        }

        if (config.Edges.WebSocket.Enabled)
        {
            var lent = new WebSocketEdgeServices(services.Time, services.Loggers, services.Random, services.Stopping, _retired.Token);
            _sockets = new WebSocketEdge(loaded.Catalog, sockets, bridge.HandleAsync, lent);
        }

        if (config.Edges.Rest is { Enabled: true, Docs: true })
            _docs = new DocumentPages(config, loaded, services.Reference);
    }

    public GatewayConfig Config { get; }

    public LoadedCatalog Loaded { get; }

    public UpstreamSet Upstreams { get; }

    /// <summary>False where it has been closed already: the caller takes the current one instead.</summary>
    public bool TryEnter()
    {
        while (true)
        {
            var users = Volatile.Read(ref _users);
            if (users == 0)
                return false;
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }
    }

    /// <summary>Another one has taken over: connections that could stay for ever end as soon as nothing runs on them.</summary>
    public void Retire() => _retired.Cancel();

    public ValueTask LeaveAsync() => Interlocked.Decrement(ref _users) == 0 ? DisposeAsync() : ValueTask.CompletedTask;

    /// <summary>Closes its connections. The last who leaves does it.</summary>
    public ValueTask DisposeAsync()
    {
        _ending.Dispose();
        _retired.Dispose();
        _sockets?.Dispose();
        return Upstreams.DisposeAsync();
    }

    // What the gateway answers itself passes the same stages as what its backends do.
    private ValueTask DispatchAsync(GatewayCall call) => call.Operation.IsOwn ? _ownDispatch.HandleAsync(call) : _shared.HandleAsync(call);

    private static OwnDispatch OwnDispatchOf(LoadedCatalog loaded, SnapshotServices services, CancellationToken ending)
    {
        var index = new Lazy<DescriptorIndex>(() => DescriptorIndex.Build(loaded.Files, [.. loaded.Catalog.RpcOperations.Select(static o => o.ServiceName)]));
        return new(new ReflectionAnswers(index).AnswerAsync, new HealthAnswers(loaded.Catalog, services.Draining).AnswerAsync, services.Time, ending);
    }

    public Task ServeAsync(HttpContext context)
    {
        if (_graph?.TryHandle(context) is { } asked)
            return asked;
        if (_sockets?.TryHandle(context) is { } opened)
            return opened;
        if (_docs?.TryServe(context) is { } served)
            return served;
        if (_grpc?.TryHandle(context) is { } called)
            return called;
        if (_rest is not null)
            return _rest.HandleAsync(context);
        context.Response.StatusCode = StatusTables.ToHttp(StatusCode.NotFound);
        return Task.CompletedTask;
    }
}

/// <summary>What outlives the snapshots.</summary>
/// <param name="Meter">The meter.</param>
/// <param name="Loggers">The loggers.</param>
/// <param name="Time">The clock.</param>
/// <param name="Random">Spreads what would happen at one moment; used under a lock of itself.</param>
/// <param name="Reference">Serves the reference page.</param>
internal sealed record SnapshotServices(Meter Meter, ILoggerFactory Loggers, TimeProvider Time, Random Random, RequestDelegate Reference)
{
    /// <summary>Fires when the program no longer takes calls: what has no end of its own ends.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>Fires when the program begins to stop: calls are still taken, but should go elsewhere.</summary>
    public CancellationToken Draining { get; init; }
}
