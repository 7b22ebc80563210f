using System.Text;
using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>A contract's type as the schema knows it.</summary>
/// <param name="Key">What the manifest calls it: the full name, with the service after it where two services mean different things by one name.</param>
/// <param name="FullName">The full name.</param>
/// <param name="Type">The first of the equal types of that name.</param>
/// <param name="Service">The configured service that it was first met in.</param>
/// <param name="IsHttp">It comes from OpenAPI.</param>
internal sealed record TypeEntry(string Key, string FullName, DataType Type, string Service, bool IsHttp);

/// <summary>
/// Which types are one. Contracts of several services bring their own copies of what they import; copies that say the same are one type, and those
/// that do not (two versions of one file) stay apart, with everything that holds them.
/// </summary>
internal sealed class TypeBook
{
    private readonly Dictionary<DataType, TypeEntry> _entries = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, List<TypeEntry>> _byName = new(StringComparer.Ordinal);
    private readonly Queue<(DataType Type, string Service, bool IsHttp)> _pending = new();

    private TypeBook()
    {
    }

    /// <summary>Everything reachable from the operations. Those whose names are recorded come first, so that their types keep the names of theirs.</summary>
    public static TypeBook Collect(IEnumerable<(Operation Operation, CatalogService Service)> operations, GraphNameManifest manifest)
    {
        var book = new TypeBook();
        foreach (var (operation, service) in operations.OrderBy(o => manifest.HasOperation(o.Operation.FullName) ? 0 : 1))
        {
            var http = operation.Kind == ContractKind.Http;
            book._pending.Enqueue((operation.Input, service.Name, http));
            if (operation.Output is not null)
                book._pending.Enqueue((operation.Output, service.Name, http));
            book.Drain();
        }

        book.Unite(manifest);
        return book;
    }

    /// <summary>All types that stand for themselves or for equal ones, in the order they were met.</summary>
    public IEnumerable<TypeEntry> Entries => _entries.Values.DistinctBy(static e => e.Key);

    /// <summary>The entry of a message, enum or union.</summary>
    public TypeEntry Of(DataType type) => _entries[type];

    /// <summary>The entry of a type; null where it was not met.</summary>
    public TypeEntry? Find(DataType type) => _entries.GetValueOrDefault(type);

    /// <summary>A type of that full name was met.</summary>
    public bool Knows(string fullName) => _byName.ContainsKey(fullName);

    private void Drain()
    {
        while (_pending.TryDequeue(out var next))
        {
            if (next.Type is ListType list)
                _pending.Enqueue(next with { Type = list.Element });
            else if (next.Type is MapType map)
                _pending.Enqueue(next with { Type = map.Value });
            else if (NameOf(next.Type) is { } name)
                Add(name, next.Type, next.Service, next.IsHttp);
        }
    }

    private void Add(string name, DataType type, string service, bool http)
    {
        var entry = new TypeEntry(name, name, type, service, http);
        if (!_entries.TryAdd(type, entry))
            return;
        if (!_byName.TryGetValue(name, out var list))
            _byName.Add(name, list = []);
        list.Add(entry);
        foreach (var part in Parts(type))
            _pending.Enqueue((part, service, http));
    }

    private void Unite(GraphNameManifest manifest)
    {
        var several = _byName.Where(static p => p.Value.Count > 1).ToList();
        var apart = several.Where(static p => p.Value.Skip(1).Any(e => Signature(e.Type) != Signature(p.Value[0].Type))).Select(static p => p.Key).ToHashSet(StringComparer.Ordinal);
        // What holds a type that is not one may not be one itself.
        for (var before = -1; apart.Count > 0 && apart.Count != before;)
        {
            before = apart.Count;
            apart.UnionWith(several.Where(p => Parts(p.Value[0].Type).Select(Innermost).Any(t => NameOf(t) is { } n && apart.Contains(n))).Select(static p => p.Key));
        }

        var meanings = MeaningsOf(several.Where(p => apart.Contains(p.Key)).SelectMany(static p => p.Value).Select(static e => e.Type).ToList());
        foreach (var (name, entries) in several)
        {
            if (apart.Contains(name))
                Separate(entries.GroupBy(e => meanings[e.Type]).Select(static g => g.ToList()).ToList(), manifest);
            else
                entries.ForEach(e => _entries[e.Type] = entries[0]);
        }
    }

    // Numbers that are equal where types say the same all the way down: first by what they say themselves, then by what their parts were found to say,
    // until nothing more is told apart.
    private static Dictionary<DataType, int> MeaningsOf(List<DataType> types)
    {
        var meanings = new Dictionary<DataType, int>(ReferenceEqualityComparer.Instance);
        var count = Number(static t => NameOf(t) + Signature(t));
        for (var before = 0; count != before;)
        {
            before = count;
            var known = new Dictionary<DataType, int>(meanings, ReferenceEqualityComparer.Instance);
            count = Number(t => $"{known[t]}:{string.Join(',', Parts(t).Select(p => known.GetValueOrDefault(Innermost(p), -1)))}");
        }

        return meanings;

        int Number(Func<DataType, string> text)
        {
            var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
            foreach (var type in types)
            {
                var key = text(type);
                numbers.TryAdd(key, numbers.Count);
                meanings[type] = numbers[key];
            }

            return numbers.Count;
        }
    }

    // One meaning keeps the plain name, so that another version that comes later renames nothing; those that were told apart before stay so.
    private void Separate(List<List<TypeEntry>> meanings, GraphNameManifest manifest)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entries in meanings)
        {
            var known = entries.Select(OwnKey).FirstOrDefault(k => manifest.Find("type", k) is not null || manifest.Find("input", k) is not null);
            var wanted = known ?? (keys.Contains(entries[0].FullName) ? OwnKey(entries[0]) : entries[0].FullName);
            var key = wanted;
            for (var number = 2; !keys.Add(key); number++)
                key = $"{wanted}#{number}";
            foreach (var entry in entries)
                _entries[entry.Type] = entries[0] with { Key = key };
        }
    }

    private static string OwnKey(TypeEntry entry) => entry.FullName + "@" + entry.Service;

    private static string? NameOf(DataType type) => type switch
    {
        MessageType message => message.FullName,
        EnumType @enum => @enum.FullName,
        UnionType union => union.Name,
        _ => null,
    };

    private static IEnumerable<DataType> Parts(DataType type) => type switch
    {
        MessageType message => message.Fields.Select(static f => f.Type),
        UnionType union => union.Members,
        _ => [],
    };

    private static DataType Innermost(DataType type)
    {
        while (type is ListType or MapType)
            type = type is ListType list ? list.Element : ((MapType)type).Value;
        return type;
    }

    // What a plan over the type's bytes depends on; words do not matter.
    private static string Signature(DataType type)
    {
        var text = new StringBuilder();
        switch (type)
        {
            case MessageType message:
                foreach (var field in message.Fields)
                    text.Append(field.JsonName).Append('=').Append(field.Number).Append(Short(field.Type)).Append(field.Presence).Append(field.Nullable).Append(field.Oneof?.Name).Append(field.Packed).Append(field.Delimited).Append(';');
                break;
            case EnumType @enum:
                foreach (var value in @enum.Values)
                    text.Append(value.Name).Append('=').Append(value.Number).Append(';');
                break;
            case UnionType union:
                foreach (var member in union.Members)
                    text.Append(Short(member)).Append(';');
                break;
        }

        return text.ToString();
    }

    private static string Short(DataType type)
    {
        var text = new StringBuilder();
        for (; type is ListType or MapType; type = type is ListType inner ? inner.Element : ((MapType)type).Value)
            _ = type is ListType list ? text.Append('[').Append(list.NullableElement) : text.Append('{').Append(((MapType)type).Key.Kind).Append(((MapType)type).NullableValue);
        return text.Append(type is ScalarType scalar ? scalar.Kind + scalar.Format : NameOf(type)).ToString();
    }
}
