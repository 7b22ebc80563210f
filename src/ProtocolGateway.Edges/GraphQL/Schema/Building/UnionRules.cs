using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Edges.GraphQL.Schema.Building;

/// <summary>How a union's values tell which member they are.</summary>
/// <param name="Discriminator">The JSON property that tells; null where presence of properties does.</param>
/// <param name="Members">In the order of trying.</param>
internal sealed record UnionRule(string? Discriminator, IReadOnlyList<UnionRuleMember> Members);

/// <summary>One member: the discriminator's values, or the properties that must be there.</summary>
internal sealed record UnionRuleMember(MessageType Message, IReadOnlyList<string> Values, IReadOnlyList<string> Required);

/// <summary>Finds how values of an OpenAPI union tell which member they are; where they cannot, the union is JSON.</summary>
internal static class UnionRules
{
    // Every two members are compared; real unions that have no discriminator stay below 60.
    private const int MaxCompared = 100;

    /// <summary>The members, those of unions within the union included, each once.</summary>
    public static List<DataType> Members(UnionType union)
    {
        var members = new List<DataType>();
        var seen = new HashSet<DataType>(ReferenceEqualityComparer.Instance) { union };
        var pending = new Stack<DataType>(union.Members.Reverse());
        while (pending.TryPop(out var next))
        {
            if (!seen.Add(next))
                continue;
            if (next is UnionType inner)
                inner.Members.Reverse().ToList().ForEach(pending.Push);
            else
                members.Add(next);
        }

        return members;
    }

    /// <summary>The rule for members that are all objects; null where values cannot be told apart.</summary>
    public static UnionRule? Of(UnionType union, List<MessageType> members) =>
        members.Count == 0 ? null : Declared(union, members) ?? Implied(members) ?? ByProperties(members);

    private static UnionRule? Declared(UnionType union, List<MessageType> members)
    {
        if (union.Discriminator is null)
            return null;
        var values = union.Mapping.ToLookup(static m => m.Value, static m => m.Key);
        return members.TrueForAll(m => values[m].Any())
            ? new UnionRule(union.Discriminator, members.ConvertAll(m => new UnionRuleMember(m, [.. values[m]], [])))
            : null;
    }

    // A required property that has other values in each member is a discriminator that nobody declared: object: "card", type: [file, dir].
    private static UnionRule? Implied(List<MessageType> members)
    {
        foreach (var candidate in members[0].Fields)
        {
            var values = members.ConvertAll(m => ValuesOf(m, candidate.JsonName));
            if (values.TrueForAll(static v => v.Count > 0) && values.SelectMany(static v => v).GroupBy(static v => v, StringComparer.Ordinal).All(static g => g.Count() == 1))
                return new UnionRule(candidate.JsonName, members.Zip(values, static (m, v) => new UnionRuleMember(m, v, [])).ToList());
        }

        return null;
    }

    private static List<string> ValuesOf(MessageType message, string property) =>
        message.FindField(property) is { Presence: Presence.Required, Nullable: false, Type: EnumType values } ? values.Values.Select(static v => v.Name).ToList() : [];

    // A member is tried before another one where values of it could pass for the other: where it can have all that the other requires.
    private static UnionRule? ByProperties(List<MessageType> members)
    {
        if (members.Count > MaxCompared)
            return null;
        var required = members.ConvertAll(static m => m.Fields.Where(static f => f.Presence == Presence.Required).Select(static f => f.JsonName).ToList());
        var left = Enumerable.Range(0, members.Count).ToList();
        var order = new List<UnionRuleMember>(members.Count);
        while (left.Count > 0)
        {
            // Next comes one whose fingerprint no other value can show.
            var next = left.FindIndex(i => left.TrueForAll(other => other == i || !required[i].TrueForAll(p => members[other].FindField(p) is not null)));
            if (next < 0)
                return null;
            order.Add(new UnionRuleMember(members[left[next]], [], required[left[next]]));
            left.RemoveAt(next);
        }

        return new UnionRule(null, order);
    }
}
