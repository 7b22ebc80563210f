using ProtocolGateway.Edges.GraphQL.Planning;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>
/// The keys of joins: one JSON scalar for each argument, in a form in which <c>12</c> and <c>"12"</c> are the same, as contracts write 64-bit numbers
/// either way.
/// </summary>
internal static class JoinKeys
{
    /// <summary>Stands between the values of a key; no JSON holds it outside of an escape.</summary>
    public const byte Separator = 0x1F;

    /// <summary>Writes the key of a parent; false where a value is missing, null, or no scalar.</summary>
    public static bool TryWriteParent(JoinUse use, ReadOnlySpan<byte> json, ObjectSlots slots, int frame, PooledBuffer into)
    {
        for (var i = 0; i < use.Keys.Length; i++)
        {
            var path = use.Keys[i];
            if (i > 0)
                into.Write([Separator]);
            if (!TryWrite(json, Follow(json, slots[frame, path.Property].Start, path.Below), into))
                return false;
        }

        return true;
    }

    /// <summary>Writes the key of an entity of a batch's answer; false as above.</summary>
    /// <param name="plan">The join.</param>
    /// <param name="asked">A key of the call: what narrowed it is part of the key of each entity that answers it.</param>
    /// <param name="json">The answer.</param>
    /// <param name="at">Where the entity begins.</param>
    /// <param name="into">Takes the key.</param>
    public static bool TryWriteEntity(JoinPlan plan, ReadOnlySpan<byte> asked, ReadOnlySpan<byte> json, int at, PooledBuffer into)
    {
        var narrowing = plan.Input.IsNarrowing;
        var path = 0;
        for (var i = 0; i < narrowing.Length; i++)
        {
            if (i > 0)
                into.Write([Separator]);
            if (narrowing[i])
                into.Write(JoinInput.Part(asked, i));
            else if (!TryWrite(json, Follow(json, at, plan.EntityKeys[path++]), into))
                return false;
        }

        return true;
    }

    /// <summary>The position of the value at the end of a path; -1 where there is none.</summary>
    public static int Follow(ReadOnlySpan<byte> json, int at, byte[][] path)
    {
        foreach (var name in path)
        {
            if (at < 0)
                return -1;
            at = JsonScan.FindMember(json, at, name);
        }

        return at;
    }

    private static bool TryWrite(ReadOnlySpan<byte> json, int at, PooledBuffer into)
    {
        if (at < 0 || json[at] is (byte)'n' or (byte)'{' or (byte)'[')
            return false;
        var value = json[at..JsonScan.SkipValue(json, at)];
        if (value[0] == '"')
        {
            if (value.Contains((byte)'\\'))
                value = JsonEscapes.Quote(JsonEscapes.ToText(value[1..^1]));
            else if (IsInteger(value[1..^1]))
                value = value[1..^1];
        }

        into.Write(value);
        return true;
    }

    private static bool IsInteger(ReadOnlySpan<byte> text)
    {
        var digits = text is [(byte)'-', ..] ? text[1..] : text;
        return digits.Length is > 0 and <= 20 && (digits[0] != '0' || digits.Length == 1) && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }
}
