using System.Collections.Frozen;

namespace ProtocolGateway.Contracts.Model;

/// <summary>A place in a contract document.</summary>
/// <param name="Source">The file, or the address asked for reflection.</param>
/// <param name="Location">Line (<c>12:3</c>), JSON pointer (<c>/paths/~1users</c>) or full name; empty for the document as a whole.</param>
public sealed record SourceLocation(string Source, string Location)
{
    /// <summary><c>source:location</c>.</summary>
    public override string ToString() => Location.Length == 0 ? Source : Source + ":" + Location;
}

/// <summary>How bad a diagnostic is.</summary>
public enum Severity
{
    /// <summary>Worth knowing.</summary>
    Info,

    /// <summary>Something was left out or taken in a weaker form; the rest serves.</summary>
    Warning,

    /// <summary>A contract, rule or setting cannot be used at all; <c>check</c> exits 1.</summary>
    Error,
}

/// <summary>A finding on a contract: what is wrong, why, and what to do.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Place">Where.</param>
/// <param name="Message">What, why, and what to do, in one or two sentences.</param>
public sealed record Diagnostic(Severity Severity, SourceLocation Place, string Message)
{
    /// <summary>As <c>check</c> prints it.</summary>
    public override string ToString() => $"{Place}: {Severity.ToString().ToLowerInvariant()}: {Message}";
}

/// <summary>What the contracts of one configured service say.</summary>
/// <param name="Name">The name in the configuration.</param>
/// <param name="Operations">Its operations, in the contracts' order.</param>
public sealed record CatalogService(string Name, IReadOnlyList<Operation> Operations);

/// <summary>What one contract document yields. A reader never throws for bad input: it leaves out and says so.</summary>
/// <param name="Operations">The usable operations, in the document's order.</param>
/// <param name="Types">Every named message by full name, those that no operation uses included (Any needs them).</param>
/// <param name="Diagnostics">What was left out or found odd.</param>
public sealed record ContractContent(
    IReadOnlyList<Operation> Operations,
    IReadOnlyDictionary<string, MessageType> Types,
    IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>The .proto files that it was read from; none of an OpenAPI document.</summary>
    public IReadOnlyList<ProtoFile> Files { get; init; } = [];
}

/// <summary>The immutable snapshot of everything the contracts say; swapped whole on reload.</summary>
public sealed class Catalog
{
    private readonly FrozenDictionary<string, Operation> _operations;
    private readonly FrozenDictionary<string, MessageType> _types;
    private readonly FrozenDictionary<Operation, CatalogService> _serviceOf;

    /// <summary>Builds the snapshot; of two operations or types with one name the first wins (callers report the second).</summary>
    /// <param name="services">The services.</param>
    /// <param name="types">The message types by full name.</param>
    /// <param name="diagnostics">What was found.</param>
    /// <param name="views">The OpenAPI operations of services as gRPC methods.</param>
    /// <param name="own">The gRPC operations that the gateway answers itself; null for none.</param>
    public Catalog(
        IReadOnlyList<CatalogService> services, IReadOnlyDictionary<string, MessageType> types, IReadOnlyList<Diagnostic> diagnostics,
        IReadOnlyList<CatalogService>? views = null, CatalogService? own = null)
    {
        Services = services;
        Diagnostics = diagnostics;
        var operations = new Dictionary<string, Operation>(StringComparer.Ordinal);
        var serviceOf = new Dictionary<Operation, CatalogService>();
        foreach (var service in services)
        {
            foreach (var operation in service.Operations)
            {
                operations.TryAdd(operation.FullName, operation);
                serviceOf.TryAdd(operation, service);
            }
        }

        var byName = new Dictionary<string, CatalogService>(StringComparer.Ordinal);
        foreach (var service in services)
            byName.TryAdd(service.Name, service);
        var viewed = new List<Operation>();
        foreach (var view in views ?? [])
        {
            viewed.AddRange(view.Operations);
            foreach (var operation in view.Operations)
                serviceOf.TryAdd(operation, byName.GetValueOrDefault(view.Name, view));
        }

        foreach (var operation in own?.Operations ?? [])
            serviceOf.TryAdd(operation, own!);
        // The gateway's own come first: whoever asks for one of them at its plain path is not to be answered by whichever service has it too.
        RpcOperations = [.. own?.Operations ?? [], .. services.SelectMany(static s => s.Operations).Where(static o => o is { Kind: ContractKind.Grpc, Output: MessageType }), .. viewed];
        _operations = operations.ToFrozenDictionary(StringComparer.Ordinal);
        _serviceOf = serviceOf.ToFrozenDictionary();
        _types = types.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The services in the configuration's order.</summary>
    public IReadOnlyList<CatalogService> Services { get; }

    /// <summary>What was found while loading.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>
    /// All that clients of gRPC's kind can call: the gRPC operations, the views of OpenAPI operations (<see cref="Operation.View"/>) and the gateway's own; of
    /// the last two neither <see cref="Services"/> nor <see cref="FindOperation"/> tells.
    /// </summary>
    public IReadOnlyList<Operation> RpcOperations { get; }

    /// <summary>How many operations there are.</summary>
    public int OperationCount => _operations.Count;

    /// <summary>How many message types there are.</summary>
    public int TypeCount => _types.Count;

    /// <summary>The operation of that full name; null where there is none.</summary>
    public Operation? FindOperation(string fullName) => _operations.GetValueOrDefault(fullName);

    /// <summary>The message of that full name; null where there is none.</summary>
    public MessageType? FindType(string fullName) => _types.GetValueOrDefault(fullName);

    /// <summary>The configured service that an operation belongs to.</summary>
    public CatalogService ServiceOf(Operation operation) => _serviceOf[operation];
}
