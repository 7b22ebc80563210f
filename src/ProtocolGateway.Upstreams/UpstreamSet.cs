using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Envelope.Calls;
using ProtocolGateway.Envelope.Errors;
using ProtocolGateway.Upstreams.Balancing;
using ProtocolGateway.Upstreams.Grpc;
using ProtocolGateway.Upstreams.Http;

namespace ProtocolGateway.Upstreams;

/// <summary>The running side of every configured cluster. <see cref="DispatchAsync"/> is the last stage of the spine.</summary>
public sealed class UpstreamSet : IAsyncDisposable
{
    private readonly FrozenDictionary<string, Cluster> _clusters;
    private readonly Func<Operation, string> _serviceOf;
    private readonly TimeProvider _time;
    private readonly CallCancellation.Pool _cancellations;

    /// <summary>Connects nothing yet; connections are made by the first calls.</summary>
    /// <param name="clustersByService">By the service's name in the configuration; services may share a model and then share its connections.</param>
    /// <param name="serviceOf">The configured service of an operation.</param>
    /// <param name="time">Measures deadlines; the one that made them.</param>
    public UpstreamSet(IReadOnlyDictionary<string, ClusterModel> clustersByService, Func<Operation, string> serviceOf, TimeProvider time)
    {
        _serviceOf = serviceOf;
        _time = time;
        _cancellations = new(time);
        var running = new Dictionary<ClusterModel, Cluster>(ReferenceEqualityComparer.Instance);
        var byService = new Dictionary<string, Cluster>(StringComparer.Ordinal);
        foreach (var (service, model) in clustersByService)
        {
            if (!running.TryGetValue(model, out var cluster))
                running.Add(model, cluster = new Cluster(model, time));
            byService.Add(service, cluster);
        }

        _clusters = byService.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Carries the call to a backend and its answer back. A <see cref="CallHandler"/>: ends with OnEndAsync exactly once, and throws only what that threw.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask DispatchAsync(GatewayCall call)
    {
        CallEnd end;
        try
        {
            end = await SendAsync(call);
        }
        catch (Exception exception)
        {
            end = new(GatewayErrors.Bug(exception));
        }

        call.Error = end.Error;
        await call.OnEndAsync(end.Error, end.Trailers);
    }

    /// <summary>Tries to connect to every instance, for readiness.</summary>
    public async Task<IReadOnlyList<InstanceProbe>> ProbeAsync(CancellationToken cancel)
    {
        var probes = new List<Task<InstanceProbe>>();
        foreach (var (service, cluster) in _clusters.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            foreach (var instance in cluster.Picker.Instances)
                probes.Add(ProbeAsync(service, instance, cluster.Model.Options.ConnectTimeout, cancel));
        }

        return await Task.WhenAll(probes);
    }

    /// <summary>Closes all connections; calls that still run fail as <c>BACKEND_LOST</c>.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (var cluster in _clusters.Values)
        {
            foreach (var instance in cluster.Picker.Instances)
                instance.Transport.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CallEnd> SendAsync(GatewayCall call)
    {
        var service = _serviceOf(call.Operation);
        if (!_clusters.TryGetValue(service, out var cluster))
            return new(GatewayErrors.Unreachable(service, "No cluster is configured for it."));
        if ((call.Operation.Kind == ContractKind.Http) != (cluster.Model.Protocol == UpstreamProtocol.Http))
            return new(GatewayErrors.Unreachable(service, $"Its contract is {call.Operation.Kind}, its cluster speaks {cluster.Model.Protocol}."));
        if (call.Cancelled.IsCancellationRequested)
            return new(GatewayErrors.CallerGone());
        if (call.Deadline.IsSet && call.Deadline.Left == TimeSpan.Zero)
            return new(GatewayErrors.DeadlineExceeded());

        var instance = cluster.Picker.Pick(call);
        var started = _time.GetTimestamp();
        var cancellation = _cancellations.Rent(call);
        CallEnd end = default;
        try
        {
            end = cluster.Model.Protocol == UpstreamProtocol.Grpc
                ? await GrpcUpstream.SendAsync(call, service, instance.Transport.Grpc, cluster.Model.Options, cancellation)
                : await HttpUpstream.SendAsync(call, service, instance.Transport, cancellation);
            return end;
        }
        finally
        {
            _cancellations.Return(cancellation);
            instance.Report(new CallOutcome(end.Error, _time.GetElapsedTime(started)));
        }
    }

    private async Task<InstanceProbe> ProbeAsync(string service, Instance instance, TimeSpan timeout, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var why = await instance.Transport.ProbeAsync(both.Token);
        return new(service, instance.Model.Address.ToString(), why is null, why);
    }

    private sealed class Cluster
    {
        public Cluster(ClusterModel model, TimeProvider time)
        {
            Model = model;
            var instances = new Instance[model.Instances.Count];
            for (var i = 0; i < instances.Length; i++)
                instances[i] = new(model.Instances[i], new InstanceTransport(model.Instances[i].Address, model.Options, time));
            Picker = new(instances);
        }

        public ClusterModel Model { get; }

        public InstancePicker Picker { get; }
    }
}
