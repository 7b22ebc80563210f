using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>
/// Names for types. A type has its short name; where several want one name, their packages stand before it, the nearest part first.
/// Output types choose before input types, and both before entries of maps.
/// </summary>
internal sealed class TypeNames
{
    private readonly NameSpace _space;
    private readonly Dictionary<string, string> _outputs;
    private readonly Dictionary<string, string> _inputs;
    private readonly TypeBook _book;
    private readonly Catalog _catalog;

    /// <summary>Gives names to all types that are reached.</summary>
    public TypeNames(Catalog catalog, TypeBook book, NameGiver names, Reach reach)
    {
        (_catalog, _book) = (catalog, book);
        _space = names.Space("type", "input", "map");
        string[] reserved = ["Query", "Mutation", "Subscription", .. Enum.GetValues<GraphScalar>().Select(GraphScalars.NameOf)];
        foreach (var name in reserved)
            _space.Take(name);
        _outputs = _space.Give([.. reach.Outputs.Select(e => new NameWish("type", e.Key, CandidatesOf(e)))]);
        _inputs = _space.Give([.. reach.Inputs.Select(e => new NameWish("input", e.Key, [.. CandidatesOf(e).SelectMany(InputNames).Distinct(StringComparer.Ordinal)]))]);
    }

    /// <summary>The name of an object type, an enum or a union.</summary>
    public string OfOutput(TypeEntry entry) => _outputs[entry.Key];

    /// <summary>The name of such a type; null where no answer that clients see can hold it.</summary>
    public string? FindOutput(TypeEntry entry) => _outputs.GetValueOrDefault(entry.Key);

    /// <summary>The name of an input type.</summary>
    public string OfInput(TypeEntry entry) => _inputs[entry.Key];

    /// <summary>A name for a type that no contract names.</summary>
    public string OfMade(string kind, string element, string wanted) => _space.GiveOne(new NameWish(kind, element, [wanted]));

    /// <summary>A name for a type that stands for a part of a message: its name and the part's.</summary>
    public string OfPart(string kind, TypeEntry message, string part, string suffix)
    {
        var names = CandidatesOf(message).Select(c => c + NameText.Pascal(part) + suffix);
        return _space.GiveOne(new NameWish(kind, message.Key + "/" + part, [.. names]));
    }

    private static IEnumerable<string> InputNames(string name) =>
        name.EndsWith("Input", StringComparison.Ordinal) ? [name, name + "Input"] : [name + "Input", name + "_Input"];

    private List<string> CandidatesOf(TypeEntry entry)
    {
        var segments = entry.FullName.Split('.');
        var outer = OutermostType(entry, segments);
        var shortName = string.Join('_', segments[outer..].Select(s => entry.IsHttp ? NameText.Pascal(s) : NameText.Member(s)));
        // The full names of an OpenAPI document begin with the service's, which may have dots.
        var package = segments[(entry.IsHttp ? entry.Service.Count(static c => c == '.') + 1 : 0)..outer];
        var names = new List<string> { shortName };
        // Two services mean different things by the name.
        if (entry.Key != entry.FullName)
            names.Add(Join(NameText.Pascal(entry.Service), shortName));
        var last = Array.FindLastIndex(package, static s => !NameText.IsVersion(s));
        if (last >= 0)
        {
            names.Add(Join(NameText.Pascal(package[last]), shortName));
            names.Add(Join(string.Concat(package[last..].Select(NameText.Pascal)), shortName));
            names.Add(Join(string.Concat(package.Select(NameText.Pascal)), shortName));
        }

        names.Add(Join(NameText.Pascal(entry.Service), shortName));
        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    // Where the type's own name begins: a nested type is named with the types around it.
    private int OutermostType(TypeEntry entry, string[] segments)
    {
        var first = entry.IsHttp ? entry.Service.Count(static c => c == '.') + 1 : 0;
        var length = 0;
        for (var i = 0; i < segments.Length - 1; i++)
        {
            length += segments[i].Length + (i == 0 ? 0 : 1);
            if (i < first)
                continue;
            var prefix = entry.FullName[..length];
            if (_book.Knows(prefix) || _catalog.FindType(prefix) is not null)
                return i;
        }

        // The inline schemas of a list or map have no type around them: ListOfThings.item.
        var own = segments.Length - 1;
        while (entry.IsHttp && own > first && (segments[own] is "item" or "value" || segments[own].StartsWith("option", StringComparison.Ordinal)))
            own--;
        return own;
    }

    private static string Join(string qualifier, string name) => qualifier + "_" + name;
}
