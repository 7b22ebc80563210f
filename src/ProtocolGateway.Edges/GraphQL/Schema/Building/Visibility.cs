using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>What the configuration hides, and what is left without fields by that.</summary>
internal sealed class Visibility
{
    private readonly HashSet<string> _hidden = new(StringComparer.Ordinal);
    private readonly HashSet<string> _met = new(StringComparer.Ordinal);
    private readonly HashSet<DataType> _emptied = new(ReferenceEqualityComparer.Instance);
    private readonly List<(string Name, string Service)> _wanted = [];

    public Visibility(Catalog catalog, GraphSchemaOptions options)
    {
        foreach (var service in catalog.Services)
        {
            foreach (var name in options.Service(service).Hidden)
            {
                _wanted.Add((name, service.Name));
                _hidden.Add(name);
                // The names of an OpenAPI document may be said without the service's.
                _hidden.Add(service.Name + "." + name);
            }
        }
    }

    /// <summary>An operation, or all of its service, is hidden.</summary>
    public bool Hides(Operation operation) => Hides(operation.ServiceName) | Hides(operation.FullName);

    /// <summary>A type is hidden, or has nothing to show.</summary>
    public bool Hides(DataType type)
    {
        if (_hidden.Count == 0)
            return false;
        while (type is ListType or MapType)
            type = type is ListType list ? list.Element : ((MapType)type).Value;
        return _emptied.Contains(type) || type switch
        {
            MessageType message => Hides(message.FullName),
            EnumType @enum => Hides(@enum.FullName),
            UnionType union => Hides(union.Name),
            _ => false,
        };
    }

    /// <summary>A field itself is hidden, or its type is.</summary>
    public bool Hides(MessageType message, Field field) =>
        _hidden.Count > 0 && (Hides(message.FullName + "." + field.Name) | Hides(message.FullName + "." + field.JsonName) || Hides(field.Type));

    /// <summary>Finds the types that hiding leaves empty, and those that only hold such types.</summary>
    public void Spread(TypeBook book)
    {
        if (_hidden.Count == 0)
            return;
        var left = book.Entries.Select(static e => e.Type).Where(static t => t is MessageType { Fields.Count: > 0 } or UnionType).ToList();
        // Each round empties at least one type, or is the last.
        while (left.RemoveAll(t => IsEmpty(t) && _emptied.Add(t)) > 0)
        {
        }
    }

    /// <summary>Names that hide nothing.</summary>
    public IEnumerable<(string Name, string Service)> Unused() => _wanted.Where(w => !_met.Contains(w.Name) && !_met.Contains(w.Service + "." + w.Name));

    private bool IsEmpty(DataType type) => type switch
    {
        MessageType message => message.Fields.All(f => Hides(message, f)),
        UnionType union => union.Members.All(Hides),
        _ => false,
    };

    private bool Hides(string name)
    {
        if (!_hidden.Contains(name))
            return false;
        _met.Add(name);
        return true;
    }
}
