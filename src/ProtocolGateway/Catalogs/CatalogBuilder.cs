using ProtocolGateway.Config;
using ProtocolGateway.Contracts;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;
using ProtocolGateway.Contracts.Views;
using ProtocolGateway.Edges.GraphQL.Schema;
using ProtocolGateway.Edges.Rest;
using ProtocolGateway.Edges.Rest.Routing;
using ProtocolGateway.Edges.WebSockets.FanIn;
using ProtocolGateway.Hosting;
using ProtocolGateway.OwnServices;

namespace ProtocolGateway.Catalogs;

/// <summary>Everything that a configuration's contracts yield.</summary>
/// <param name="Catalog">The snapshot, with all diagnostics in it.</param>
/// <param name="Rest">The REST surface compiled from it.</param>
/// <param name="Graph">The GraphQL schema; null where the edge is off.</param>
/// <param name="Views">The OpenAPI operations as gRPC methods.</param>
public sealed record LoadedCatalog(Catalog Catalog, RestEdgeModel Rest, GraphSchema? Graph, RpcViews Views)
{
    /// <summary>The .proto files of all services, generated ones and the gateway's own among them.</summary>
    public IReadOnlyList<ServiceFiles> Files { get; init; } = [];

    /// <summary>The gRPC operations that the gateway answers itself.</summary>
    public required CatalogService Own { get; init; }

    /// <summary>The REST routes.</summary>
    public RouteTable Routes => Rest.Routes;
}

/// <summary>Loads the contracts of all services into one catalog. A bad contract is left out and named; it never stops the rest.</summary>
public static class CatalogBuilder
{
    /// <summary>Loads all services in parallel: parsing is what takes the time.</summary>
    /// <param name="config">A valid configuration.</param>
    /// <param name="reflected">What services told by reflection, by service name; a service that has not told yet is missing.</param>
    public static LoadedCatalog Build(GatewayConfig config, IReadOnlyDictionary<string, ContractContent> reflected)
    {
        var jobs = config.Services.Where(s => s.Value.Contract.Count > 0).ToArray();
        var contents = new ContractContent[jobs.Length];
        Parallel.For(0, jobs.Length, i => contents[i] = Load(jobs[i].Key, jobs[i].Value));
        var loaded = jobs.Zip(contents).ToDictionary(p => p.First.Key, p => p.Second, StringComparer.Ordinal);

        var diagnostics = new List<Diagnostic>();
        var services = new List<CatalogService>();
        var types = new Dictionary<string, MessageType>(StringComparer.Ordinal);
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        var declared = new HashSet<string>(StringComparer.Ordinal);
        var files = new List<ServiceFiles>();
        foreach (var (name, service) in config.Services)
        {
            var parts = new List<ContractContent>(2);
            if (loaded.TryGetValue(name, out var written))
                parts.Add(written);
            if (reflected.TryGetValue(name, out var told))
                parts.Add(told);
            var operations = new List<Operation>();
            foreach (var part in parts)
            {
                diagnostics.AddRange(part.Diagnostics);
                if (part.Files.Count > 0)
                    files.Add(new(name, part.Files));
                // Types of one name are the same type in nearly every case (google.protobuf.*); the first one serves.
                foreach (var (typeName, type) in part.Types)
                    types.TryAdd(typeName, type);
                declared.UnionWith(part.Operations.Where(static o => o.Kind == ContractKind.Grpc).Select(static o => o.ServiceName));
                if (!part.Operations.Any(static o => o.Kind == ContractKind.Http))
                    declared.UnionWith(part.Types.Keys);
                Take(ApplyRules(part.Operations, service, diagnostics), name, service, operations, taken, diagnostics);
            }

            CheckNames(name, service, operations, parts.Count > 0, diagnostics);
            services.Add(new CatalogService(name, operations));
        }

        var views = RpcViews.Build(services, declared, ManifestOf(config, diagnostics), diagnostics);
        var own = OwnOperations.Of(config.Edges.Grpc);
        var draft = new Catalog(services, types, []);
        var rest = RestEdgeModel.Build(draft, RestDescription.OptionsOf(config, services), diagnostics);
        var graph = GraphDescription.Build(config, draft, diagnostics);
        // The second construction only adds the edges' findings; operations keep their identity.
        var ours = new CatalogService(OwnOperations.Service, own.Operations);
        return new LoadedCatalog(new Catalog(services, types, diagnostics, views.Services, ours), rest, graph, views)
        {
            Files = [.. files, .. views.ProtoFiles, new(ours.Name, own.Files)],
            Own = ours,
        };
    }

    private static NameManifest ManifestOf(GatewayConfig config, List<Diagnostic> diagnostics) =>
        config.Edges.Grpc.Manifest is { } file ? RpcViews.ReadManifest(file, diagnostics) : NameManifest.Empty;

    private static ContractContent Load(string name, ServiceConfig service)
    {
        try
        {
            return ContractLoader.Load(service.Contract, name, service.Imports);
        }
        catch (Exception e)
        {
            // Readers do not throw for bad input; a bug in one must not take the other contracts along.
            var why = new Diagnostic(Severity.Error, new SourceLocation(string.Join(", ", service.Contract), ""), $"The contract is left out because reading it failed: {e.Message}");
            return new([], new Dictionary<string, MessageType>(), [why]);
        }
    }

    private static IReadOnlyList<Operation> ApplyRules(IReadOnlyList<Operation> operations, ServiceConfig service, List<Diagnostic> diagnostics)
    {
        foreach (var file in service.HttpRules)
            operations = ServiceConfigReader.Apply(operations, file, diagnostics);
        return operations;
    }

    private static void Take(IReadOnlyList<Operation> from, string name, ServiceConfig service, List<Operation> into, Dictionary<string, string> taken, List<Diagnostic> diagnostics)
    {
        foreach (var operation in from)
        {
            // Services implement it for the gateway alone: a client that could call it would be another gateway.
            if (operation.ServiceName.StartsWith(FanInOptions.Package + ".", StringComparison.Ordinal))
                continue;
            if (service.Include.Count > 0 && !service.Include.Contains(operation.ServiceName, StringComparer.Ordinal))
                continue;
            if (taken.TryAdd(operation.FullName, name))
                into.Add(operation);
            else
                diagnostics.Add(new Diagnostic(Severity.Error, operation.Source, $"The operation {operation.FullName} of service {name} is left out: service {taken[operation.FullName]} has one of that name. Choose with include which service takes it."));
        }
    }

    private static void CheckNames(string name, ServiceConfig service, List<Operation> operations, bool loaded, List<Diagnostic> diagnostics)
    {
        if (!loaded)
            return;
        var place = new SourceLocation("services." + name, "");
        foreach (var wanted in service.Include.Where(i => operations.TrueForAll(o => o.ServiceName != i)))
            diagnostics.Add(new Diagnostic(Severity.Error, place, $"include names {wanted}, which no contract of the service declares."));
        foreach (var named in service.Operations.Keys.Where(n => operations.TrueForAll(o => o.FullName != n)))
            diagnostics.Add(new Diagnostic(Severity.Warning, place, $"operations names {named}, which no contract of the service declares; the setting has no effect."));
        var kind = service.Upstream.Protocol == UpstreamProtocol.Http ? ContractKind.Http : ContractKind.Grpc;
        if (operations.Find(o => o.Kind != kind) is { } other)
            diagnostics.Add(new Diagnostic(Severity.Error, place, $"upstream.protocol is {ConfigShape.ToKey(service.Upstream.Protocol.ToString())}, but the contract's {other.FullName} is {other.Kind}; calls to it will fail."));
    }
}
