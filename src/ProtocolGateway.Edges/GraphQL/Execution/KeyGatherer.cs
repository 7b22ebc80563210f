using ProtocolGateway.Edges.GraphQL.Planning;

namespace ProtocolGateway.Edges.GraphQL.Execution;

/// <summary>Walks an answer along the values that lead to joins and collects the joins' keys.</summary>
internal sealed class KeyGatherer(OperationRun run)
{
    private readonly ObjectSlots _slots = new();

    /// <summary>Collects from one value.</summary>
    public void Gather(ValuePlan plan, ReadOnlySpan<byte> json, int at)
    {
        if (!plan.HasJoins || JsonScan.IsNull(json, at))
            return;
        if (plan.Element is { } element)
            Elements(plan, element, json, at);
        else if (plan.Union is { } union)
            Members(UnionReader.Find(union, json, at)?.Object, json, at);
        else
            Members(plan.Object, json, at);
    }

    private void Elements(ValuePlan list, ValuePlan element, ReadOnlySpan<byte> json, int at)
    {
        if (json[at] != (list.IsMap ? '{' : '['))
            return;
        at++;
        if (!list.IsMap)
        {
            while (JsonScan.NextElement(json, ref at))
            {
                Gather(element, json, at);
                at = JsonScan.SkipValue(json, at);
            }

            return;
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
    }

    private void Members(SelectionPlan? plan, ReadOnlySpan<byte> json, int at)
    {
        if (plan is not { HasJoins: true } || json[at] != '{')
            return;
        var frame = _slots.Read(plan.Properties, json, at);
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
    }

    private void Key(JoinUse use, ReadOnlySpan<byte> json, int frame)
    {
        var keys = run.Joined(use.Plan).Keys;
        keys.Begin();
        if (JoinKeys.TryWriteParent(use, json, _slots, frame, keys.Scratch))
            keys.Add();
    }
}
