using ProtocolGateway.Contracts.Model;

namespace ProtocolGateway.Contracts.Codec.Parsing;

/// <summary>How a message is read. Its table is compiled when the first message of the type comes: types may be recursive, and most are never used.</summary>
internal sealed class MessagePlan(MessageType type, PlanCache cache)
{
    private volatile MessageTable? _table;

    public string FullName => type.FullName;

    /// <summary>How a value of the type itself is read, outside any field.</summary>
    public ValuePlan Root => field ??= ValuePlan.Compile(type, delimited: false, cache);

    /// <summary>Threads that race compile equal tables; either serves.</summary>
    public MessageTable Table => _table ??= new MessageTable(type, cache);
}

/// <summary>The fields of a message, findable by name.</summary>
internal sealed class MessageTable
{
    public MessageTable(MessageType type, PlanCache cache)
    {
        var oneofs = new Dictionary<OneofGroup, int>();
        var fields = new List<FieldPlan>(type.Fields.Count);
        foreach (var field in type.Fields)
        {
            var bit = -1;
            if (field.Oneof is { } oneof && !oneofs.TryGetValue(oneof, out bit))
                oneofs.Add(oneof, bit = type.Fields.Count + oneofs.Count);
            fields.Add(new FieldPlan(field, fields.Count, bit, cache));
        }

        Fields = [.. fields];
        // JSON names first: where one field's name is another's JSON name, the JSON name counts.
        var named = type.Fields.Index().Where(static f => !f.Item.IsRest).ToList();
        Names = new NameTable(named.Select(static f => KeyValuePair.Create(f.Item.JsonName, f.Index))
            .Concat(named.Select(static f => KeyValuePair.Create(f.Item.Name, f.Index))));
        Rest = fields.Find(f => type.Fields[f.Index].IsRest);
        SeenCount = type.Fields.Count + oneofs.Count;
        RequiredCount = fields.Count(f => f.Required);
    }

    public FieldPlan[] Fields { get; }

    public NameTable Names { get; }

    /// <summary>The map that takes members of other names; null where there is none.</summary>
    public FieldPlan? Rest { get; }

    /// <summary>How many fields and oneofs there are to remember as read: see <see cref="SeenFields"/>.</summary>
    public int SeenCount { get; }

    public int RequiredCount { get; }
}
