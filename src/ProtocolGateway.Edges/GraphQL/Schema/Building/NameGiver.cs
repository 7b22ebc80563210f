namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>Something that wants a name.</summary>
/// <param name="Kind">The manifest's kind.</param>
/// <param name="Element">The contract's element.</param>
/// <param name="Candidates">The names it would like, best first; at least one.</param>
internal sealed record NameWish(string Kind, string Element, IReadOnlyList<string> Candidates);

/// <summary>
/// Gives out names. What the manifest records comes first. Of several that want one name none gets it: each takes its next candidate, so that the
/// outcome does not depend on the order of contracts; where candidates run out, numbers follow the order of the elements' names.
/// </summary>
internal sealed class NameGiver(GraphNameManifest manifest)
{
    private readonly Dictionary<(string Kind, string Element), string> _given = new(manifest.Names);

    /// <summary>Some member's name is recorded: rarely, as only those count that are not the contract's own.</summary>
    public bool RecordsMembers { get; } = manifest.Names.Keys.Any(static k => k.Kind == "member");

    /// <summary>Everything given out, with what the manifest recorded before.</summary>
    public GraphNameManifest Given => new(_given);

    /// <summary>Names that are unique in one space. Those which the manifest gave to other elements of these kinds are not given again.</summary>
    public NameSpace Space(params ReadOnlySpan<string> kinds)
    {
        var space = new NameSpace(this);
        foreach (var ((kind, _), name) in manifest.Names)
        {
            if (kinds.Contains(kind))
                space.Reserve(name);
        }

        return space;
    }

    /// <summary>A space whose recorded names are those of the wishes given later only: members of one type.</summary>
    public NameSpace Members() => new(this);

    /// <summary>The recorded name.</summary>
    public string? Recorded(string kind, string element) => manifest.Find(kind, element);

    /// <summary>Remembers a name for the next manifest.</summary>
    public void Record(string kind, string element, string name) => _given[(kind, element)] = name;
}

/// <summary>Names that are unique among each other.</summary>
internal sealed class NameSpace(NameGiver giver)
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly HashSet<string> _issued = new(StringComparer.Ordinal);

    /// <summary>Keeps a name for the element that the manifest recorded it for.</summary>
    public void Reserve(string name) => _taken.Add(name);

    /// <summary>Takes a name out of the space for good.</summary>
    /// <returns>False where something has it already.</returns>
    public bool Take(string name)
    {
        _taken.Add(name);
        return _issued.Add(name);
    }

    /// <summary>Gives every wish a name; all are of one kind. By element.</summary>
    public Dictionary<string, string> Give(IReadOnlyList<NameWish> wishes)
    {
        var names = new Dictionary<string, string>(wishes.Count, StringComparer.Ordinal);
        var open = new List<NameWish>();
        foreach (var wish in wishes)
        {
            if (Recorded(wish) is { } name)
                names[wish.Element] = name;
            else
                open.Add(wish);
        }

        for (var level = 0; open.Count > 0; level++)
            open = GiveLevel(open, level, names);
        return names;
    }

    /// <summary>A name for one wish, with a number where it is taken.</summary>
    public string GiveOne(NameWish wish)
    {
        if (Recorded(wish) is { } recorded)
            return recorded;
        foreach (var candidate in wish.Candidates)
        {
            if (TakeFree(candidate))
                return Note(wish, candidate);
        }

        return Note(wish, Numbered(wish.Candidates[^1]));
    }

    /// <summary>Names for the members of one type by their names on the wire. Those that are names stay; only the others are recorded.</summary>
    public Dictionary<string, string> GiveMembers(string owner, IReadOnlyList<string> wireNames, Func<string, string> map)
    {
        var names = new Dictionary<string, string>(wireNames.Count, StringComparer.Ordinal);
        var open = new List<string>();
        foreach (var wire in wireNames)
        {
            if (giver.RecordsMembers && Recorded(new NameWish("member", owner + "." + wire, [])) is { } recorded)
                names[wire] = recorded;
            else
                open.Add(wire);
        }

        open.RemoveAll(wire => map(wire) == wire && TakeFree(wire) && names.TryAdd(wire, wire));
        foreach (var wire in open)
            names[wire] = GiveOne(new NameWish("member", owner + "." + wire, [map(wire)]));
        return names;
    }

    private string? Recorded(NameWish wish) =>
        giver.Recorded(wish.Kind, wish.Element) is { } name && Take(name) ? name : null;

    private List<NameWish> GiveLevel(List<NameWish> open, int level, Dictionary<string, string> names)
    {
        var next = new List<NameWish>();
        foreach (var group in open.GroupBy(w => w.Candidates[Math.Min(level, w.Candidates.Count - 1)], StringComparer.Ordinal))
        {
            var wanting = group.ToList();
            if (wanting.Count == 1 && TakeFree(group.Key))
                names[wanting[0].Element] = Note(wanting[0], group.Key);
            else if (wanting.TrueForAll(w => level >= w.Candidates.Count - 1))
                wanting.OrderBy(static w => w.Element, StringComparer.Ordinal).ToList().ForEach(w => names[w.Element] = Note(w, TakeFree(group.Key) ? group.Key : Numbered(group.Key)));
            else
                next.AddRange(wanting);
        }

        return next;
    }

    private bool TakeFree(string name) => !_taken.Contains(name) && Take(name);

    private string Note(NameWish wish, string name)
    {
        giver.Record(wish.Kind, wish.Element, name);
        return name;
    }

    private string Numbered(string name)
    {
        var number = 2;
        while (!TakeFree($"{name}_{number}"))
            number++;
        return $"{name}_{number}";
    }
}
