using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using ProtocolGateway.Contracts.Model;
using ProtocolGateway.Contracts.Proto;

namespace ProtocolGateway.Edges;

/// <summary>The operations of a catalog by the paths that gRPC gives them: <c>/{package.Service}/{Method}</c>, after the service's prefix.</summary>
internal sealed class RpcTargets
{
    private readonly FrozenDictionary<string, RpcTarget> _byPath;
    private readonly FrozenDictionary<string, RpcTarget> _byName;

    /// <param name="catalog">What is served.</param>
    /// <param name="prefix">The path before every operation of a configured service; without a slash at its end.</param>
    /// <param name="timeout">An operation's own time; null for none.</param>
    public RpcTargets(Catalog catalog, Func<string, string> prefix, Func<Operation, TimeSpan?> timeout)
    {
        Func<string, MessageType?> find = name => catalog.FindType(name) ?? BuiltInTypes.Find(name);
        var targets = new Dictionary<string, RpcTarget>(StringComparer.Ordinal);
        foreach (var operation in catalog.RpcOperations)
        {
            var service = catalog.ServiceOf(operation).Name;
            targets.TryAdd(prefix(service) + operation.GrpcPath, new(operation, service, timeout(operation), find));
        }

        _byName = targets.Values.DistinctBy(static t => t.Operation.FullName).ToFrozenDictionary(static t => t.Operation.FullName, StringComparer.Ordinal);
        // gRPC's own clients know no prefix: without one, the first service that has the method answers.
        foreach (var target in targets.Values.ToList())
            targets.TryAdd(target.Operation.GrpcPath, target);
        _byPath = targets.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The operation of a path.</summary>
    public bool TryFind(string? path, [NotNullWhen(true)] out RpcTarget? target) => _byPath.TryGetValue(path ?? "", out target);

    /// <summary>The operation of a name: <c>package.Service/Method</c>, with a slash before it or not, or <c>package.Service.Method</c>.</summary>
    public RpcTarget? FindByName(string name)
    {
        if (name.StartsWith('/'))
            name = name[1..];
        return _byName.GetValueOrDefault(name) ?? (name.Contains('/', StringComparison.Ordinal) ? _byPath.GetValueOrDefault("/" + name) : null);
    }
}
