using ProtocolGateway.Edges.GraphQL.Planning;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Tells which member of a union an object is.</summary>
internal static class UnionReader
{
    /// <summary>The member; null where it is none.</summary>
    public static UnionMemberPlan? Find(UnionPlan union, ReadOnlySpan<byte> json, int at)
    {
        if (json[at] != '{')
            return null;
        return union.Discriminator is { } discriminator ? ByValue(union, json, JsonScan.FindMember(json, at, discriminator)) : ByProperties(union, json, at);
    }

    private static UnionMemberPlan? ByValue(UnionPlan union, ReadOnlySpan<byte> json, int value)
    {
        if (value < 0 || json[value] != '"')
            return null;
        var inside = json[(value + 1)..(JsonScan.SkipString(json, value) - 1)];
        if (inside.Contains((byte)'\\'))
            inside = JsonEscapes.Quote(JsonEscapes.ToText(inside)).AsSpan()[1..^1];
        foreach (var member in union.Members)
        {
            foreach (var known in member.DiscriminatorValues)
            {
                if (inside.SequenceEqual(known))
                    return member;
            }
        }

        return null;
    }

    private static UnionMemberPlan? ByProperties(UnionPlan union, ReadOnlySpan<byte> json, int at)
    {
        foreach (var member in union.Members)
        {
            if (HasAll(member.Required, json, at))
                return member;
        }

        return null;
    }

    private static bool HasAll(byte[][] required, ReadOnlySpan<byte> json, int at)
    {
        foreach (var name in required)
        {
            var value = JsonScan.FindMember(json, at, name);
            if (value < 0 || JsonScan.IsNull(json, value))
                return false;
        }

        return true;
    }
}
