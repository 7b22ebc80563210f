using ProtocolGateway.Edges.GraphQL.Planning;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Walks an answer along the values that lead to joins and collects the joins' keys.</summary>
internal sealed class KeyGatherer(OperationRun run)
{
    private readonly ObjectSlots _slots = new();

    /// <summary>Collects from one value.</summary>
    /// <returns>The position after it; -1 where it was not walked to its end.</returns>
    public int Gather(ValuePlan plan, ReadOnlySpan<byte> json, int at)
    {
        if (!plan.HasJoins || JsonScan.IsNull(json, at))
            return -1;
        if (plan.Element is { } element)
            return Elements(plan, element, json, at);
        return plan.Union is { } union ? Members(UnionReader.Find(union, json, at)?.Object, json, at) : Members(plan.Object, json, at);
    }

    private int Elements(ValuePlan list, ValuePlan element, ReadOnlySpan<byte> json, int at)
    {
        if (json[at] != (list.IsMap ? '{' : '['))
            return -1;
        at++;
        if (!list.IsMap)
        {
            while (JsonScan.NextElement(json, ref at))
            {
                var end = Gather(element, json, at);
                at = end >= 0 ? end : JsonScan.SkipValue(json, at);
            }

            return at;
        }

        while (JsonScan.NextMember(json, ref at, out _))
        {
            // An entry is not in the JSON: what is below its value is.
            foreach (var field in element.Object!.Fields)
            {
                if (field.LeadsToJoin && !field.IsMapKey)
                    Gather(field.Value, json, at);
            }

            at = JsonScan.SkipValue(json, at);
        }

        return at;
    }

    private int Members(SelectionPlan? plan, ReadOnlySpan<byte> json, int at)
    {
        if (plan is not { HasJoins: true } || json[at] != '{')
            return -1;
        var end = at;
        var frame = _slots.Read(plan.Properties, json, ref end);
        foreach (var field in plan.Fields)
        {
            if (field.Join is { } use)
                Key(use, json, frame);
            else if (field.Source == OutputSource.Self)
                Gather(field.Value, json, at);
            else if (field.LeadsToJoin && _slots[frame, field.Property].Start is var start and >= 0)
                Gather(field.Value, json, start);
        }

        _slots.Pop(frame);
        return end;
    }

    private void Key(JoinUse use, ReadOnlySpan<byte> json, int frame)
    {
        var keys = run.Joined(use.Plan).Keys;
        keys.Begin();
        if (JoinKeys.TryWriteParent(use, json, _slots, frame, keys.Scratch))
            keys.Add();
    }
}
